"""How far each station may forget: what it has confirmed, and what the backups hold.

A number is announced only after everything below it is durable here. A backup is written into the
table before its copy is begun; so a backup that is not seen yet holds all that was announced.
"""

from service.batch import StationFacts
from service.database.connection import Reader, Writer

STATIONS = "SELECT id, point, confirmed_through FROM stations"
HIGHEST = "SELECT station, max(sequence) FROM operations GROUP BY station"
BACKUPS = "SELECT coalesce(max(id), 0), count(retired_at_ms) FROM backups"
OLDEST = "SELECT min(id) FROM backups WHERE retired_at_ms IS NULL"
HELD = "SELECT station, through FROM backup_stations WHERE backup = ?"
REMEMBER = "UPDATE stations SET confirmed_through = ? WHERE id = ?"
FORGET = "DELETE FROM operations WHERE station = ? AND sequence <= ?"

FORGET_AT = 512
"""Confirmed operations that are kept until it is worth while to forget them all at once."""


class Confirmations:
    """Owner: the writing thread."""

    def __init__(self, reader: Reader) -> None:
        self.stations: dict[int, StationFacts] = {}
        self._highest: dict[int, int] = {}
        self._announced: dict[int, int] = {}
        self._moved: set[int] = set()
        self._backups: tuple[int, int] = (0, 0)
        self._held: dict[int, int] | None = None
        self._to_forget: dict[int, int] = {}
        self._backlog = 0
        self.read(reader)

    def read(self, reader: Reader) -> None:
        """Take from the database what it knows; what stations confirmed since is kept."""
        for station, point, through in reader.all(STATIONS):
            known = self.stations.get(station)
            confirmed = max(through, known.confirmed_through if known else 0)
            self.stations[station] = StationFacts(point, confirmed)
            self._moved.add(station)
            self.applied(station, confirmed)
        for station, sequence in reader.all(HIGHEST):
            self.applied(station, sequence)

    def applied(self, station: int, sequence: int) -> None:
        """This operation is durable."""
        self._highest[station] = max(self._highest.get(station, 0), sequence)

    def confirm(self, station: int, through: int) -> None:
        """Never beyond what was applied: a wrong number would silence later operations."""
        known = self.stations.get(station)
        confirmed = min(through, self._highest.get(station, 0))
        if known is None or confirmed <= known.confirmed_through:
            return
        self.stations[station] = StationFacts(known.point, confirmed)
        self._moved.add(station)
        self._to_forget[station] = confirmed
        self._backlog += confirmed - known.confirmed_through

    def announce(self, reader: Reader) -> None:
        """After a commit: what is confirmed is durable, and no backup began unseen before it."""
        (backups,) = reader.all(BACKUPS)
        if backups != self._backups:
            self._backups, self._held = backups, _held_by_oldest(reader)
            self._moved.update(self.stations)
        for station in self._moved:
            confirmed = self.stations[station].confirmed_through
            held = confirmed if self._held is None else self._held.get(station, 0)
            self._announced[station] = min(confirmed, held)
        self._moved.clear()

    def safe_through(self, station: int) -> int:
        """What was announced last."""
        return self._announced.get(station, 0)

    def to_forget(self) -> dict[int, int]:
        """How far each station has confirmed, once it is worth while to forget that much."""
        return self._to_forget if self._backlog >= FORGET_AT else {}

    @property
    def unwritten(self) -> dict[int, int]:
        """What stations have confirmed and no transaction has stored."""
        return self._to_forget

    def forgotten(self) -> None:
        """What `to_forget` or `unwritten` said last was committed."""
        self._to_forget, self._backlog = {}, 0


def forget(writer: Writer, through: dict[int, int]) -> None:
    """In the transaction of a set: the numbers stay for ever, the operations go."""
    for station, sequence in through.items():
        writer.execute(REMEMBER, sequence, station)
        writer.execute(FORGET, station, sequence)


def _held_by_oldest(reader: Reader) -> dict[int, int] | None:
    ((oldest,),) = reader.all(OLDEST)
    return None if oldest is None else dict(reader.all(HELD, oldest))
