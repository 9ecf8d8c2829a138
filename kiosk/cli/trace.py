"""`muontra trace`: what goes over the lines of a running station's devices."""

from collections.abc import Sequence
from datetime import datetime
from time import monotonic, time
from typing import Annotated

import typer
from msgspec import Struct
from rich.text import Text

from drivers.frame_trace import Direction
from kiosk.cli import trace_replay, trace_save
from kiosk.cli.at_hand import (
    ConfigOption,
    JsonOption,
    asked_station,
    console,
    errors,
    give_up,
    say,
    station_config,
)
from kiosk.cli.trace_lines import DeviceArgument, frames_of, frames_told, section_named
from kiosk.local.client import StationClient
from kiosk.local.protocol import Frame, Unmask, Watch

app = typer.Typer(
    help="Show, save and replay what goes over the lines of devices.", no_args_is_help=True
)
app.command(name="save", epilog=trace_save.EXAMPLES)(trace_save.command)
app.command(name="replay", epilog=trace_replay.EXAMPLE)(trace_replay.command)

SHOW_EXAMPLES = """Examples:

muontra trace show pad

muontra trace show pad --follow

muontra trace show scanner --unmask --minutes 2
"""
COLOURS = {Direction.SENT: "cyan", Direction.RECEIVED: "green", Direction.DROPPED: "red"}


class ShownFrame(Struct, frozen=True, kw_only=True):
    """`time`: of the day, with its offset; `hex` is empty where the trace is masked."""

    device: str
    time: str
    direction: str
    hex: str
    sentence: str


@app.command(epilog=SHOW_EXAMPLES)
def show(
    device: DeviceArgument = None,
    last: Annotated[int, typer.Option(min=0, help="How many of the frames so far.")] = 50,
    config: ConfigOption = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    unmask: Annotated[
        bool,
        typer.Option("--unmask", help="Codes and cards as they are, for --minutes; named devices."),
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.01, max=30, help="With --unmask.")] = 5.0,
    as_json: JsonOption = False,
) -> None:
    """Show what was said on the lines: when, which way, the bytes, and what they mean.

    Codes and cards are masked: only their length and a mark, the same for equal ones. With --json
    one object a line. --unmask shows them as they are while nobody is served, and the station's
    screen says so; never pass on what it shows.
    """
    station = station_config(config)
    wanted = [section_named(station, device)] if device else list(station.device)
    names = [section.called for section in wanted]
    if unmask and not device:
        give_up("Name the device whose codes or cards are to be shown.")
    with asked_station(station) as client:
        if unmask:
            _unmask(client, names[0], minutes)
        if follow or unmask:
            client.ask(Watch(frames=True))
        shown = [(name, frame) for name in names for frame in frames_of(client, name)]
        shown.sort(key=lambda one: one[1].at)
        latest = max((frame.at for _, frame in shown), default=0.0)
        for name, frame in shown[-last:] if last else ():
            _show(name, frame, as_json=as_json)
        if not shown:
            errors.print("Nothing went over the line yet.")
        if follow or unmask:
            ends = minutes * 60 if unmask else None
            _follow(client, names, latest, ends, as_json=as_json)


def _unmask(client: StationClient, device: str, minutes: float) -> None:
    client.ask(Unmask(device=device, seconds=minutes * 60))
    errors.print(
        f"{device} is shown as it is for {minutes:g} minutes; the station's screen says so."
    )


def _follow(
    client: StationClient,
    names: Sequence[str],
    latest: float,
    seconds: float | None,
    *,
    as_json: bool,
) -> None:
    try:
        for told in frames_told(client, seconds):
            if told.device in names and told.frame.at > latest:
                _show(told.device, told.frame, as_json=as_json)
    except KeyboardInterrupt:
        return


def _show(device: str, frame: Frame, *, as_json: bool) -> None:
    at = datetime.fromtimestamp(time() - monotonic() + frame.at).astimezone()
    if as_json:
        shown = ShownFrame(
            device=device,
            time=at.isoformat(timespec="milliseconds"),
            direction=frame.direction,
            hex=frame.hex,
            sentence=frame.sentence,
        )
        say(shown, "", as_json=True)
        return
    words = Text(f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {device} ", style="dim")
    words.append(frame.direction, style=COLOURS.get(Direction(frame.direction), ""))
    words.append(f" {frame.hex}", style="not dim")
    words.append(f"  {frame.sentence}", style="not dim italic")
    console.print(words, soft_wrap=True)
