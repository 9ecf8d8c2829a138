"""Enrolled stations in the database. Called in the ledger's thread, or while no service runs."""

from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Connection, Engine, insert, or_, select, update

from service.database.models import events, points, stations
from service.protocol.keys import checked_key, fingerprint
from service.station_registry import Station


class StationProblem(Exception):
    """The text says what cannot be done and what to do instead."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something to the list of stations, and when (UTC milliseconds)."""

    actor: str
    at_ms: int


def all_stations(engine: Engine) -> list[Station]:
    """Revoked ones too, by name."""
    wanted = (
        select(
            stations.c.id,
            stations.c.name,
            stations.c.point,
            points.c.name,
            stations.c.public_key,
            stations.c.enabled,
            stations.c.confirmed_through,
            stations.c.reoffer_awaited,
            stations.c.last_seen_ms,
        )
        .join(points, points.c.code == stations.c.point)
        .order_by(stations.c.name, stations.c.id)
    )
    with engine.connect() as connection:
        return [Station(*row) for row in connection.execute(wanted)]


def add(engine: Engine, name: str, point: str, key: str, act: Act) -> str:
    """Enrol a key; returns its fingerprint. Raises StationProblem."""
    try:
        good = checked_key(key)
    except ValueError as problem:
        raise StationProblem(f"{problem}; `muontra enrol` on the station shows its key") from None
    with engine.begin() as connection:
        _check_free(connection, name, good)
        _check_point(connection, point)
        connection.execute(
            insert(stations).values(
                public_key=good, name=name, point=point, enabled=True, enrolled_at_ms=act.at_ms
            )
        )
        _note(connection, act, "station-added", name, fingerprint(good))
    return fingerprint(good)


def revoke(engine: Engine, name: str, act: Act) -> str:
    """No message of its key is heard from now on; returns the key's fingerprint."""
    with engine.begin() as connection:
        key = connection.scalar(
            select(stations.c.public_key).where(stations.c.name == name, stations.c.enabled)
        )
        if key is None:
            raise StationProblem(f"{_unknown(name)}{_near(connection, name)}")
        connection.execute(
            update(stations)
            .where(stations.c.public_key == key)
            .values(enabled=False, revoked_at_ms=act.at_ms, reoffer_awaited=False)
        )
        _note(connection, act, "station-revoked", name, fingerprint(key))
    return fingerprint(key)


def move(engine: Engine, station: str, point: str, act: Act) -> tuple[str, str]:
    """To another point; `station` is its name or its key. Returns its name and fingerprint."""
    with engine.begin() as connection:
        named = or_(stations.c.name == station, stations.c.public_key == station)
        wanted = select(stations.c.id, stations.c.name, stations.c.public_key, stations.c.point)
        found = connection.execute(wanted.where(named, stations.c.enabled)).one_or_none()
        if found is None:
            raise StationProblem(f"{_unknown(station)}{_near(connection, station)}")
        _check_point(connection, point)
        connection.execute(update(stations).where(stations.c.id == found.id).values(point=point))
        _note(connection, act, "station-moved", found.name, f"{found.point} to {point}")
    return found.name, fingerprint(found.public_key)


def note_seen(engine: Engine, seen_ms: dict[int, int]) -> None:
    """When each station was heard last."""
    if seen_ms:
        with engine.begin() as connection:
            for number, at_ms in seen_ms.items():
                connection.execute(
                    update(stations).where(stations.c.id == number).values(last_seen_ms=at_ms)
                )


def _check_free(connection: Connection, name: str, key: str) -> None:
    if not name.strip():
        raise StationProblem("a station needs a name")
    if connection.scalar(select(stations.c.id).where(stations.c.name == name, stations.c.enabled)):
        raise StationProblem(f"{name!r} is enrolled already: revoke it first, or use another name")
    owner = connection.scalar(select(stations.c.name).where(stations.c.public_key == key))
    if owner is not None:
        raise StationProblem(
            f"this key belongs, or belonged, to {owner!r}; make a new one on the station"
        )


def _check_point(connection: Connection, code: str) -> None:
    codes = list(connection.scalars(select(points.c.code)))
    if code not in codes:
        near = get_close_matches(code, codes) or sorted(codes)[:10]
        raise StationProblem(
            f"no point has the code {code!r}; there are {', '.join(near) or 'none'}"
        )


def _unknown(station: str) -> str:
    return f"no station with the name {station!r} is enrolled"


def _near(connection: Connection, name: str) -> str:
    names = connection.scalars(select(stations.c.name).where(stations.c.enabled))
    near = get_close_matches(name, list(names))
    return f"; did you mean {near[0]!r}?" if near else ""


def _note(connection: Connection, act: Act, action: str, subject: str, detail: str) -> None:
    connection.execute(
        insert(events).values(
            at_ms=act.at_ms, actor=act.actor, action=action, subject=subject, detail=detail
        )
    )
