"""What an administrator may ask and order, and how it is carried out on the database.

The same values travel to a running service (service/control.py) and are carried out directly
while none runs.
"""

from msgspec import Struct
from sqlalchemy import Engine, func, select

from service import epochs, stations
from service.catalogue import orders
from service.catalogue.orders import Indexed, Order
from service.catalogue.taken import Taken
from service.database import models
from service.protocol.keys import fingerprint
from service.station_registry import Station


class AddStation(Struct, frozen=True, tag=True):
    """Enrol the key of a station."""

    name: str
    point: str
    key: str
    actor: str


class RevokeStation(Struct, frozen=True, tag=True):
    """Hear nothing more from a station."""

    name: str
    actor: str


class SetPoint(Struct, frozen=True, tag=True):
    """A station, by its name or its public key, stands at another point from now on."""

    station: str
    point: str
    actor: str


class ReadStatus(Struct, frozen=True, tag=True):
    """Stations, the staff's list in figures, epoch."""


class RecordBackup(Struct, frozen=True, tag=True):
    """A copy is about to be made; stations keep what it may not hold."""

    name: str
    actor: str


class RetireBackup(Struct, frozen=True, tag=True):
    """This copy will never be put back; stations may forget what only it needed."""

    name: str
    actor: str


class EndReofferWait(Struct, frozen=True, tag=True):
    """Wait no longer for stations that have not come back since the restore."""

    actor: str


Command = (
    AddStation
    | RevokeStation
    | SetPoint
    | ReadStatus
    | RecordBackup
    | RetireBackup
    | EndReofferWait
    | Order
)


class Done(Struct, frozen=True, tag=True):
    """It was carried out; the text says what was done."""

    text: str


class Failed(Struct, frozen=True, tag=True):
    """Nothing was changed; the text says why and what to do."""

    problem: str


class StationLine(Struct, frozen=True):
    """One station. What it told of itself is None unless it is connected to this service."""

    name: str
    point: str
    fingerprint: str
    enabled: bool
    last_seen_ms: int | None
    connected: bool = False
    software: str | None = None
    waiting: int | None = None
    broken: tuple[str, ...] | None = None


class Status(Struct, frozen=True, tag=True):
    """How the service stands.

    `attention`: open lines of the staff's list, by kind. `awaited`: stations that have not offered
    what they kept since the restore. `backups`: those that may be put back, oldest first.
    """

    running: bool
    epoch: str | None
    stations: tuple[StationLine, ...]
    attention: dict[str, int]
    awaited: tuple[str, ...]
    backups: tuple[str, ...]


Answer = Done | Failed | Status | Taken | Indexed


OPEN_LINES = (
    select(models.attention.c.kind, func.count())
    .where(models.attention.c.closed_at_ms.is_(None))
    .group_by(models.attention.c.kind)
)
CURRENT_EPOCH = select(models.epochs.c.epoch).order_by(models.epochs.c.id.desc()).limit(1)
KEPT_BACKUPS = (
    select(models.backups.c.name)
    .where(models.backups.c.retired_at_ms.is_(None))
    .order_by(models.backups.c.id)
)


def carry_out(engine: Engine, command: Command, now_ms: int) -> Answer:
    """In the ledger's thread, or while no service runs."""
    try:
        match command:
            case AddStation(name, point, key, actor):
                shown = stations.add(engine, name, point, key, stations.Act(actor, now_ms))
                return Done(f"{name} is enrolled. Fingerprint of its key: {shown}")
            case RevokeStation(name, actor):
                shown = stations.revoke(engine, name, stations.Act(actor, now_ms))
                return Done(f"{name} is revoked. Fingerprint of its key: {shown}")
            case SetPoint(station, point, actor):
                name, shown = stations.move(engine, station, point, stations.Act(actor, now_ms))
                return Done(f"{name} stands at {point} now. Fingerprint of its key: {shown}")
            case ReadStatus():
                return status(engine)
            case RecordBackup(name, actor):
                epochs.record_backup(engine, name, actor, now_ms)
                return Done(f"The backup {name} is written down.")
            case RetireBackup(name, actor):
                epochs.retire_backup(engine, name, actor, now_ms)
                return Done(f"The backup {name} is retired.")
            case EndReofferWait(actor):
                names = epochs.end_wait_for_reoffers(engine, actor, now_ms)
                return Done(f"Nobody waits any longer for: {', '.join(names) or 'no station'}.")
            case _:
                return orders.carry_out(engine, command, now_ms)
    except (stations.StationProblem, epochs.BackupUnknown) as problem:
        return Failed(str(problem))


def status(engine: Engine) -> Status:
    """What the database knows."""
    everyone = stations.all_stations(engine)
    with engine.connect() as connection:
        open_lines = [(kind, lines) for kind, lines in connection.execute(OPEN_LINES)]
        epoch = connection.scalar(CURRENT_EPOCH)
        backups = connection.scalars(KEPT_BACKUPS).all()
    return Status(
        running=False,
        epoch=epoch,
        stations=tuple(line_of(station) for station in everyone),
        attention=dict(open_lines),
        awaited=tuple(s.name for s in everyone if s.enabled and s.reoffer_awaited),
        backups=tuple(backups),
    )


def line_of(station: Station) -> StationLine:
    return StationLine(
        station.name, station.point, fingerprint(station.key), station.enabled, station.last_seen_ms
    )
