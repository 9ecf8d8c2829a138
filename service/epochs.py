"""Epochs and backups: what a restored service must know of its own past.

Called in the ledger's thread, or while no service runs.
"""

from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, literal, select, update

from service.database.models import backup_stations, backups, epochs, events, stations

FIRST = "first start"
RESTORED = "restored from a backup"


class BackupUnknown(Exception):
    """No backup that is still kept has this name."""


def current_epoch(engine: Engine, now_ms: int) -> str:
    """The epoch of this database; a database that never had one begins its first."""
    newest = select(epochs.c.epoch).order_by(epochs.c.id.desc()).limit(1)
    with engine.begin() as connection:
        return connection.scalar(newest) or _begin(connection, FIRST, now_ms)


def adopt_restored(engine: Engine, actor: str, now_ms: int) -> str:
    """A new epoch for a restored database. Every station is asked for what it kept.

    Until all have offered it, or staff end the wait, nobody is told whether an item is lent.
    """
    with engine.begin() as connection:
        epoch = _begin(connection, RESTORED, now_ms)
        awaited = update(stations).where(stations.c.enabled).values(reoffer_awaited=True)
        connection.execute(awaited)
        _note(connection, actor, "restored", epoch, now_ms)
    return epoch


def end_wait_for_reoffers(engine: Engine, actor: str, now_ms: int) -> list[str]:
    """Staff decide to wait no longer; the names of the stations that did not come."""
    awaited = select(stations.c.name).where(stations.c.reoffer_awaited).order_by(stations.c.name)
    with engine.begin() as connection:
        names = list(connection.scalars(awaited))
        connection.execute(update(stations).values(reoffer_awaited=False))
        _note(connection, actor, "reoffer-wait-ended", ", ".join(names), now_ms)
    return names


def record_backup(engine: Engine, name: str, actor: str, now_ms: int) -> None:
    """To be called before the copy is begun: the copy then holds at least what stands here."""
    with engine.begin() as connection:
        made = insert(backups).values(name=name, made_at_ms=now_ms).returning(backups.c.id)
        backup = connection.execute(made).scalar_one()
        held = select(literal(backup), stations.c.id, stations.c.confirmed_through)
        columns = ["backup", "station", "through"]
        connection.execute(insert(backup_stations).from_select(columns, held))
        _note(connection, actor, "backup", name, now_ms)


def retire_backup(engine: Engine, name: str, actor: str, now_ms: int) -> None:
    """This backup will never be restored any more; raises BackupUnknown."""
    kept = (backups.c.name == name) & backups.c.retired_at_ms.is_(None)
    with engine.begin() as connection:
        done = connection.execute(update(backups).where(kept).values(retired_at_ms=now_ms))
        if done.rowcount == 0:
            raise BackupUnknown(f"no backup {name!r} is kept")
        _note(connection, actor, "backup-retired", name, now_ms)


def _begin(connection: Connection, reason: str, now_ms: int) -> str:
    epoch = uuid4().hex
    connection.execute(insert(epochs).values(epoch=epoch, begun_at_ms=now_ms, reason=reason))
    return epoch


def _note(connection: Connection, actor: str, action: str, subject: str, now_ms: int) -> None:
    connection.execute(
        insert(events).values(at_ms=now_ms, actor=actor, action=action, subject=subject)
    )
