"""`muontra devices watch`: what devices tell, as it happens."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from queue import Empty, Queue
from time import monotonic
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from drivers.frame_trace import FrameTrace
from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    console,
    give_up,
    running_station,
    say,
    station_config,
    whole_table,
)
from kiosk.config import DeviceSection, StationConfig
from kiosk.doctor.device_access import nodes_of
from kiosk.local.client import StationGone, StationRefused
from kiosk.local.protocol import DeviceStatus, Event, FrameTold, Told, Watch

EXAMPLE = "Example:\n\nmuontra devices watch --json --seconds 60"
LOOK_SECONDS = 0.25
NextEvent = Callable[[float], Event | None]

SecondsOption = Annotated[
    float | None, typer.Option(min=0.1, help="End after so long; otherwise with Ctrl-C.")
]


def command(
    config: ConfigOption = None,
    seconds: SecondsOption = None,
    *,
    frames: Annotated[bool, typer.Option(help="Frames of all lines as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what devices tell, as it happens: through the running station, or by itself.

    Codes and cards are masked. What a gate tells while its station is stopped stays in the gate.
    """
    import structlog  # noqa: PLC0415 - heavy

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the table says it all
    station = station_config(config)
    ends = None if seconds is None else monotonic() + seconds
    try:
        with _told_events(station, frames=frames) as (states, next_event):
            events = _until(ends, next_event)
            if as_json:
                _stream(states, events)
            else:
                _show_live(states, events)
    except KeyboardInterrupt:
        raise typer.Exit(Finding.GOOD) from None
    except (StationGone, StationRefused) as problem:
        give_up(problem)


def as_found(section: DeviceSection) -> DeviceStatus:
    """A device of a stopped station: whether its port is there."""
    missing = [node for node in nodes_of(section.settings) if not node.exists()]
    return DeviceStatus(
        name=section.called,
        kind=section.kind,
        driver=section.driver,
        path=section.address,
        up=not missing,
        error="PortMissing" if missing else "",
        reason=f"{missing[0]} is not there; plug the device in" if missing else "",
    )


@contextmanager
def _told_events(
    config: StationConfig, *, frames: bool
) -> Iterator[tuple[list[DeviceStatus], NextEvent]]:
    """How the devices are now, and what they tell from now on."""
    client = running_station(config)
    if client is None:
        with _workers_of_our_own(config, frames=frames) as next_event:
            yield [as_found(section) for section in config.device], next_event
        return
    with closing(client):
        client.ask(Watch(frames=frames))
        yield list(client.status().devices), client.next_event


@contextmanager
def _workers_of_our_own(config: StationConfig, *, frames: bool) -> Iterator[NextEvent]:
    """The station's own device workers, without the station."""
    from kiosk.device_supervisor import DeviceSupervisor  # noqa: PLC0415 - loads the drivers' world
    from kiosk.local.bulletin import Bulletin  # noqa: PLC0415

    bulletin, told = Bulletin(), Queue[Event]()
    bulletin.add(told.put, frames=frames)

    def trace(device: str) -> FrameTrace:
        return FrameTrace(listener=lambda frame: bulletin.frame(device, frame))

    def next_event(seconds: float) -> Event | None:
        try:
            return told.get(timeout=seconds)
        except Empty:
            return None

    workers = DeviceSupervisor(config, bulletin.notice, trace)
    workers.start()
    workers.listen(wanted=True)
    try:
        yield next_event
    finally:
        workers.stop()


def _until(ends: float | None, next_event: NextEvent) -> Iterator[Event]:
    while ends is None or monotonic() < ends:
        event = next_event(LOOK_SECONDS)
        if event is not None:
            yield event


def _stream(states: list[DeviceStatus], events: Iterator[Event]) -> None:
    say({"says": "devices", "devices": states}, "", as_json=True)
    for event in events:
        say(event, "", as_json=True)


def _show_live(states: list[DeviceStatus], events: Iterator[Event]) -> None:
    """One row a device: its state, and the last thing that it told."""
    rows = {each.name: _first_row(each) for each in states}
    with Live(_live_table(rows), console=console, auto_refresh=False) as live:
        for event in events:
            rows[event.device] = _next_row(rows.get(event.device, {}), event)
            live.update(_live_table(rows), refresh=True)


def _first_row(device: DeviceStatus) -> dict[str, Any]:
    return {"state": device.model if device.up else device.reason, "told": "", "at": device.since}


def _next_row(row: dict[str, Any], event: Event) -> dict[str, Any]:
    if isinstance(event, FrameTold):
        frame = event.frame
        return row | {"frame": f"{frame.direction} {frame.hex} {frame.sentence}".strip()}
    words = _words(event)
    if event.what in {"up", "down"}:
        return row | {"state": words, "at": event.at}
    return row | {"told": words, "at": event.at}


def _words(event: Told) -> str:
    facts = (f"{key} {value}" for key, value in event.facts.items() if value or value == 0)
    return f"{event.what}: {', '.join(facts)}"


def _live_table(rows: dict[str, dict[str, Any]]) -> Table:
    table = whole_table("Device", "State", "Told last", "When", "Last frame")
    for name, row in rows.items():
        words = (Text(str(row.get(key, ""))) for key in ("state", "told", "at", "frame"))
        table.add_row(name, *words)
    return table
