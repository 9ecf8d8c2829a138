"""`muontra-service backup` and `restore`."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, make_url

from service import backups
from service.administration import (
    Done,
    EndReofferWait,
    ReadStatus,
    RecordBackup,
    RetireBackup,
    Status,
)
from service.clock import now_ms
from service.commands.place import (
    DEFAULT_STATE,
    Database,
    Place,
    State,
    actor,
    console,
    fail,
    order,
    owned,
    plain_errors,
)
from service.database.migrate import upgrade_engine
from service.database.ownership import hold_file
from service.epochs import adopt_restored

BACKUP_EXAMPLE = "Example: muontra-service backup /var/backups/muontra --keep 7"
RESTORE_EXAMPLE = (
    "Example: muontra-service restore /var/backups/muontra/muontra-20261122T030000-000Z.sqlite3"
)
END_WAIT_EXAMPLE = "Example: muontra-service end-wait"


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept.", metavar="FOLDER")],
    keep: Annotated[
        int, typer.Option(min=1, help="So many may still be put back; older ones are removed.")
    ] = 7,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Copy the database while the service runs, and let the stations know.

    A station keeps its past until even the oldest backup holds it. So nothing is lost when a backup
    is put back, and never put back one that this command has removed.
    """
    place = Place.of(state, database)
    with plain_errors():
        name = backups.file_name(place.url, now_ms())
    order(place, RecordBackup(name, actor()))
    try:
        backups.copy_to(place.url, folder / name)
    except backups.BackupProblem as problem:
        order(place, RetireBackup(name, actor()))
        fail(f"{problem}.")
    console.print(f"{folder / name}")
    _remove_old(place, folder, keep)


def _remove_old(place: Place, folder: Path, keep: int) -> None:
    """The file goes first: what is retired must not be there to be put back."""
    status = order(place, ReadStatus())
    if isinstance(status, Status):
        for old in status.backups[:-keep]:
            (folder / old).unlink(missing_ok=True)
            order(place, RetireBackup(old, actor()))
            console.print(f"Removed {old}")


def restore(
    file: Annotated[
        Path | None,
        typer.Argument(help="The backup to put back; none when pg_restore has done it."),
    ] = None,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """Put a backup in the place of the database and begin a new epoch. Stop the service first.

    The stations then offer what they did since the backup was made.
    """
    place = Place.of(state, database)
    with plain_errors():
        epoch = _restore(place, file)
    console.print(f"Epoch {epoch} has begun.")
    console.print("Start the service: the stations will offer what they kept.")


def end_wait(state: State = DEFAULT_STATE, database: Database = None) -> None:
    """After a restore: wait no longer for stations that have not offered what they kept.

    From then on all stations are told whether an item is on loan, as far as this database knows.
    """
    answer = order(Place.of(state, database), EndReofferWait(actor()))
    if isinstance(answer, Done):
        console.print(answer.text)


def _restore(place: Place, file: Path | None) -> str:
    if file is None:
        engine = place.bare_engine()
        with owned(engine):
            return _begin_epoch(engine)
    url = make_url(place.url)
    is_file = url.get_backend_name() == "sqlite"
    with hold_file(url.database or "", wait=False) if is_file else nullcontext():
        former = _put_back(file, place)
        if former:
            console.print(f"The former database lies in {former}")
        return _begin_epoch(place.bare_engine())


def _put_back(file: Path, place: Place) -> Path | None:
    try:
        return backups.put_back(file, place.url, now_ms())
    except backups.BackupProblem as problem:
        fail(f"{problem}.")


def _begin_epoch(engine: Engine) -> str:
    upgrade_engine(engine)
    epoch = adopt_restored(engine, actor(), now_ms())
    engine.dispose()
    return epoch
