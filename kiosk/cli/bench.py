"""`muontra bench`: a desk, a gate or a book-drop of simulated devices, run and looked at."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from drivers.simulators.bench_client import BenchClient, BenchGone
from drivers.simulators.bench_protocol import DeviceState, Event, Quit, State, Subscribe, line_of
from drivers.simulators.placed_device import NotOnThisDesk
from kiosk.cli import bench_hands
from kiosk.cli.at_hand import (
    JsonOption,
    console,
    give_up,
    say,
    whole_table,
)
from kiosk.cli.bench_at_hand import StateOption, ask_bench, bench_folder, bench_socket
from kiosk.toml_text import table

if TYPE_CHECKING:
    from drivers.simulators.desk import Desk

app = typer.Typer(help="Simulated devices, and hands that act on them.", no_args_is_help=True)
app.add_typer(bench_hands.app)

WATCH_SECONDS = 3600.0


@app.command(epilog="Example:\n\nmuontra bench run drivers/simulators/examples/desk.toml")
def run(
    bench: Annotated[Path, typer.Argument(help="The bench file.")],
    state: StateOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Plug in the devices of a bench file, and serve until Ctrl-C or `muontra bench quit`.

    Books, cards and what is written on their tags are kept in the folder for the next time.
    """
    from drivers.simulators.bench import serve  # noqa: PLC0415 - takes every simulator along
    from drivers.simulators.bench_file import load_bench  # noqa: PLC0415 - as above

    folder = bench_folder(state)
    try:
        plan = load_bench(bench)
        serve(plan, folder, bench_socket(folder), lambda desk: _tell_ready(desk, folder, as_json))
    except (NotOnThisDesk, OSError) as problem:
        give_up(problem)


@app.command(name="state", epilog="Example:\n\nmuontra bench state --json")
def show_state(state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """Say which devices there are, how to reach them, and what lies where."""
    try:
        with BenchClient(bench_socket(bench_folder(state))) as client:
            told = client.state()
    except BenchGone as problem:
        give_up(problem)
    say(told, _picture(told), as_json=as_json)


@app.command(epilog="Example:\n\nmuontra bench watch --frames --json")
def watch(
    state: StateOption = None,
    *,
    frames: Annotated[bool, typer.Option("--frames", help="Every frame as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what happens at the bench until Ctrl-C; one JSON object a line for scripts."""
    try:
        with BenchClient(bench_socket(bench_folder(state))) as client:
            client.ask(Subscribe(frames=frames))
            while True:
                event = client.next_event(WATCH_SECONDS)
                if event is not None:
                    _tell(event, as_json=as_json)
    except BenchGone as problem:
        give_up(problem)
    except KeyboardInterrupt:
        return


@app.command(name="quit", epilog="Example:\n\nmuontra bench quit")
def end(state: StateOption = None, *, as_json: JsonOption = False) -> None:
    """End the bench."""
    ask_bench(Quit(), state, as_json=as_json)


def _tell_ready(desk: "Desk", folder: Path, as_json: bool) -> None:
    devices = desk.devices.states()
    ready = {"says": "ready", "socket": str(bench_socket(folder)), "devices": devices}
    say(ready, _table_of_devices(devices), as_json=as_json)
    if not as_json:
        typer.echo("\n" + "\n\n".join(_station_tables(devices)))


def _station_tables(devices: Sequence[DeviceState]) -> Iterable[str]:
    """What a station's configuration says to use them, line by line to be copied."""
    for device in devices:
        values = {"kind": device.kind, "name": device.name, "driver": device.driver}
        yield table("device", {**values, "settings": device.settings})


def _picture(told: State) -> Group:
    items = whole_table("Book or card", "", "Lies on")
    for one in told.items:
        items.add_row(Text(one.item.name), Text(one.item.title), Text(one.pad or ""))
    return Group(_table_of_devices(told.devices), items)


def _table_of_devices(devices: Sequence[DeviceState]) -> Table:
    shown = whole_table("Device", "Driver", "Address", "", "Shows")
    for device in devices:
        plug = Text("plugged in") if device.plugged else Text("unplugged", style="red")
        address = Text(device.path, overflow="fold")
        shown.add_row(device.name, device.driver, address, plug, Text(", ".join(device.shows)))
    return shown


def _tell(event: Event, *, as_json: bool) -> None:
    line = line_of(event).decode().strip()
    if as_json:
        typer.echo(line)
        return
    told = msgspec.json.decode(line, type=dict[str, object])
    words = [f"{name} {value}" for name, value in told.items() if name not in {"says", "memory"}]
    console.print(Text(f"{told['says']}: {', '.join(words)}"))
