"""`muontra link`: is the service there, how far away is it, and is its clock right?"""

from collections.abc import Iterator
from statistics import median
from typing import Annotated

import typer
from msgspec import Struct
from rich.progress import track

from kiosk.cli.at_hand import (
    ConfigOption,
    Finding,
    JsonOption,
    errors,
    give_up,
    running_station,
    say,
    station_config,
)
from kiosk.local.client import StationClient, StationGone, StationRefused
from kiosk.local.protocol import Ping, Pong

app = typer.Typer(help="The connection to the service.", no_args_is_help=True)

EXAMPLE = "Example:\n\nmuontra link ping -n 20"

MOST_OFFSET_MS = 2000.0
"""Further apart, times on receipts and in reports are wrong (docs/protocols/link.md, "Times")."""


class RoundTrips(Struct, frozen=True, kw_only=True):
    """In milliseconds; `clock_offset_ms`: how far the service's clock is ahead."""

    endpoint: str
    sent: int
    answered: int
    min_ms: float | None
    median_ms: float | None
    max_ms: float | None
    clock_offset_ms: float | None


@app.command(epilog=EXAMPLE)
def ping(
    config: ConfigOption = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000)] = 5,
    *,
    as_json: JsonOption = False,
) -> None:
    """Have the running station send heartbeats, and time their answers."""
    settings = station_config(config)
    station = running_station(settings)
    if station is None:
        give_up(
            "The station does not run, and only it speaks with its key. Start it, or see"
            " `muontra doctor`, which greets the service for a stopped station."
        )
    with station:
        endpoint = station.status().link.endpoint
        pongs = list(_pongs(station, count))
    trips = _summary(endpoint, count, pongs)
    say(trips, _sentence(trips), as_json=as_json)
    raise typer.Exit(_finding(trips))


def _pongs(station: StationClient, count: int) -> Iterator[Pong]:
    unseen = not errors.is_terminal
    for _ in track(range(count), "Heartbeats", console=errors, transient=True, disable=unseen):
        try:
            answer = station.ask(Ping())
        except StationRefused as problem:
            errors.print(str(problem), markup=False)
            return
        except StationGone as problem:
            give_up(problem)
        if isinstance(answer, Pong):
            yield answer


def _summary(endpoint: str, count: int, pongs: list[Pong]) -> RoundTrips:
    times = [pong.round_trip_ms for pong in pongs]
    return RoundTrips(
        endpoint=endpoint,
        sent=count,
        answered=len(pongs),
        min_ms=min(times, default=None),
        median_ms=round(median(times), 1) if times else None,
        max_ms=max(times, default=None),
        clock_offset_ms=round(median(each.clock_offset_ms for each in pongs), 1) if pongs else None,
    )


def _sentence(trips: RoundTrips) -> str:
    if not trips.answered:
        return f"{trips.endpoint} did not answer; `muontra doctor` tells why."
    offset = round(trips.clock_offset_ms or 0.0)
    return (
        f"{trips.endpoint}: {trips.answered} of {trips.sent} answered,"
        f" {trips.min_ms} / {trips.median_ms} / {trips.max_ms} ms (least, median, most);"
        f" its clock is {abs(offset)} ms {'behind' if offset < 0 else 'ahead'}."
    )


def _finding(trips: RoundTrips) -> Finding:
    if not trips.answered:
        return Finding.BROKEN
    late = abs(trips.clock_offset_ms or 0.0) > MOST_OFFSET_MS
    return Finding.LOOK_AFTER if late or trips.answered < trips.sent else Finding.GOOD
