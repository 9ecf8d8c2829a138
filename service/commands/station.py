"""`muontra-service station`: whose messages are heard."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from service.administration import (
    AddStation,
    Done,
    ReadStatus,
    RevokeStation,
    SetPoint,
    StationLine,
    Status,
)
from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    actor,
    console,
    fail,
    order,
)

app = typer.Typer(help="Enrol, list and revoke stations.", no_args_is_help=True)

ADD_EXAMPLE = """Example:

muontra-service station add "Front door" --point SK --key='HqL!.zblz9V>#4xpbuCNL8zHYkr=HWM^^3N.ylrc'
"""

MOVE_EXAMPLE = """Example:

muontra-service station set-point "Bus" XE2
"""

Name = Annotated[str, typer.Argument(help="What staff call the station.", metavar="NAME")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


@app.command(epilog=ADD_EXAMPLE)
def add(
    name: Name,
    point: Annotated[str, typer.Option(help="Code of the point where it stands.", metavar="CODE")],
    key: Annotated[str, typer.Option(help="Its public key, from `muontra enrol`.", metavar="KEY")],
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Enrol a station; compare the fingerprint with the one that it shows."""
    _say(order(Place.of(state, database), AddStation(name, point, key, actor())))


@app.command(epilog='Example: muontra-service station revoke "Front door"')
def revoke(name: Name, state: State = DEFAULT_STATE, database: Database = None) -> None:
    """Hear nothing more from a station, also on an open connection. Its key cannot come back."""
    _say(order(Place.of(state, database), RevokeStation(name, actor())))


@app.command("set-point", epilog=MOVE_EXAMPLE)
def set_point(
    station: Annotated[
        str,
        typer.Argument(help="What staff call it, or its public key.", metavar="STATION"),
    ],
    point: Annotated[str, typer.Argument(help="Code of its new point.", metavar="CODE")],
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """A station stands at another point: its rules and calendar hold from the next act on."""
    _say(order(Place.of(state, database), SetPoint(station, point, actor())))


@app.command("list", epilog="Example: muontra-service station list --json")
def list_(
    state: State = DEFAULT_STATE,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """All stations, revoked ones too."""
    answer = order(Place.of(state, database), ReadStatus())
    if not isinstance(answer, Status):
        fail("The running service is of another release: restart it.")
    if as_json:
        console.print(msgspec.json.encode(answer.stations).decode())
    else:
        console.print(table(answer.stations))


def table(stations: tuple[StationLine, ...]) -> Table:
    """Stations as people read them."""
    shown = Table("Station", "Point", "State", "Last heard", "Waiting", "Broken", "Key")
    for line in stations:
        shown.add_row(
            line.name,
            line.point,
            _state(line),
            _time(line.last_seen_ms),
            "" if line.waiting is None else str(line.waiting),
            ", ".join(line.broken or ()),
            line.fingerprint,
        )
    return shown


def _state(line: StationLine) -> str:
    if not line.enabled:
        return "revoked"
    return "connected" if line.connected else "away"


def _time(ms: int | None) -> str:
    if ms is None:
        return "never"
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _say(answer: object) -> None:
    if isinstance(answer, Done):
        console.print(answer.text)
