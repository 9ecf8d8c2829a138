"""Enrolled stations and their live connections.

A station is its public key; its connection is the newest one that said Hello. Names and keys stand
in the database, connections only here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

LIVE_SECONDS = 15.0
"""A connection that was heard within this time is alive (docs/protocols/link.md, "Times")."""


@dataclass(frozen=True, slots=True)
class Station:
    """One enrolled key, as the database holds it."""

    number: int
    name: str
    point: str
    point_name: str
    key: str
    enabled: bool
    confirmed_through: int
    reoffer_awaited: bool
    last_seen_ms: int | None


@dataclass(slots=True)
class Connection:
    """The process behind a station's key, as it told of itself. Owner: the link thread.

    `ahead_ms`: how far the service's monotonic clock is before the station's, told by the message
    that was fastest on its way. `reoffered_until_ms`: the moment of the latest act that it offered
    again; the next one, later in the station's own order, is not dated before it.
    """

    identity: bytes
    instance: str
    software: str
    heard: float
    reoffers: bool
    ahead_ms: float = inf
    reoffered_until_ms: int = 0
    waiting: int = 0
    broken: tuple[str, ...] = ()
    refused_instance: str = ""

    def hear(self, at: float, monotonic_ms: int) -> None:
        """A message came, sent when the station's clock showed this."""
        self.heard = at
        self.ahead_ms = min(self.ahead_ms, at * 1000 - monotonic_ms)

    def age_ms(self, at: float, monotonic_ms: int) -> int:
        """How long ago the station's clock showed this, however long the message took."""
        return int(at * 1000 - self.ahead_ms) - monotonic_ms

    def is_live(self, now: float) -> bool:
        return now - self.heard < LIVE_SECONDS


class StationRegistry:
    """Owner: the link thread."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self._by_key: dict[str, Station] = {}
        self._connections: dict[int, Connection] = {}
        self._confirmed: dict[int, int] = {}
        self.replace(stations)

    def replace(self, stations: Iterable[Station]) -> None:
        """The list has changed; a revoked station loses its connection at once."""
        self._by_key = {station.key: station for station in stations}
        enabled = {station.number for station in self.all() if station.enabled}
        for number in self._connections.keys() - enabled:
            del self._connections[number]

    def all(self) -> list[Station]:
        return list(self._by_key.values())

    def greet(self, station: Station, connection: Connection) -> None:
        """This connection is the station's from now on."""
        self._connections[station.number] = connection

    def knows(self, key: str) -> bool:
        """Whether the key is enrolled and not revoked."""
        return self.station_of(key) is not None

    def station_of(self, key: str) -> Station | None:
        station = self._by_key.get(key)
        return station if station and station.enabled else None

    def connection_of(self, station: Station) -> Connection | None:
        return self._connections.get(station.number)

    def rival(self, station: Station, instance: str, now: float) -> Connection | None:
        """Another live process that uses the same key."""
        other = self._connections.get(station.number)
        if other and other.instance != instance and other.is_live(now):
            return other
        return None

    def confirmed_through(self, station: Station) -> int:
        """Up to which sequence the station once said that it holds every reply."""
        return max(station.confirmed_through, self._confirmed.get(station.number, 0))

    def confirm(self, station: Station, through: int) -> bool:
        """True if this is news."""
        if through <= self.confirmed_through(station):
            return False
        self._confirmed[station.number] = through
        return True
