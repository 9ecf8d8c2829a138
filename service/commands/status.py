"""`muontra-service status`: how the service stands."""

from typing import Annotated

import msgspec
import typer

from service.administration import ReadStatus, Status
from service.commands.place import DEFAULT_STATE, Database, Place, State, console, fail, order
from service.commands.station import table

EXAMPLE = "Example: muontra-service status --json"


def status(
    state: State = DEFAULT_STATE,
    database: Database = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Stations, the staff's list in figures, backups, epoch."""
    answer = order(Place.of(state, database), ReadStatus())
    if not isinstance(answer, Status):
        fail("The running service is of another release: restart it.")
    if as_json:
        console.print(msgspec.json.encode(answer).decode())
    else:
        _show(answer)


def _show(status: Status) -> None:
    console.print("The service is running." if status.running else "No service is running.")
    console.print(f"Epoch {status.epoch or 'not begun'}")
    console.print(table(status.stations))
    for kind, lines in sorted(status.attention.items()):
        console.print(f"On the staff's list: {lines} x {kind}")
    if status.awaited:
        console.print(f"Awaited after the restore: {', '.join(status.awaited)}")
    for backup in status.backups:
        console.print(f"Backup {backup}")
