"""What a file has named already, on disk: a file may be larger than memory.

Two records with one control number, or two copies with one number, would otherwise take turns at
every import.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from service.catalogue.entries import LoanEntry, PatronEntry, Problem, TitleEntry
from service.catalogue.reading import Entry, Read


class Seen:
    """Owner: the thread that reads the file."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")  # one for all: nothing of it is ever kept
        database.execute("CREATE TABLE seen (name TEXT PRIMARY KEY, says BLOB, at) WITHOUT ROWID")

    def earlier(self, name: str, at: str, says: bytes = b"") -> str | None:
        """Where this name stood before with other words; with none, where it stood at all."""
        keep = "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        if self._database.execute(keep, (name, says, at)).rowcount:
            return None
        find = "SELECT says, at FROM seen WHERE name = ?"
        (said, place) = self._database.execute(find, (name,)).fetchone()
        return None if says and said == says else str(place)

    def once(self, read: Read, file: str) -> Read:
        """Without what the file told otherwise before."""
        match read.entry:
            case None:
                return read
            case TitleEntry() as entry:
                kept, problems = self._title(entry, file)
            case PatronEntry() as entry:
                older = [number for number, _ in entry.older_cards or ()]
                cards = [card for card in (entry.card, *older) if card]
                kept, problems = self._named(entry, [f"card {card}" for card in cards], file)
            case LoanEntry() as entry:
                kept, problems = self._named(entry, [f"loan {entry.number}"], file)
        return Read(kept, (*read.problems, *problems))

    def _title(self, entry: TitleEntry, file: str) -> tuple[Entry | None, list[Problem]]:
        place = f"{file}:{entry.at}"
        if number := entry.control_number:
            says = b"" if entry.record else _digest(entry)
            if earlier := self.earlier(f"title {number}", place, says):
                text = f"stands in {earlier} already, and there it says otherwise; the first counts"
                return None, [Problem(entry.at, number, text)]
        items, problems = [], []
        for item in entry.items:
            if earlier := self.earlier(f"item {item.number}", place):
                text = f"stands in {earlier} already; the first counts"
                problems.append(Problem(entry.at, item.number, text))
            else:
                items.append(item)
        if problems and not items and entry.record is None:
            return None, problems
        return replace(entry, items=tuple(items)), problems

    def _named(
        self, entry: Entry, names: list[str], file: str
    ) -> tuple[Entry | None, list[Problem]]:
        """Without the name itself: it may be a card."""
        for name in names:
            if earlier := self.earlier(name, f"{file}:{entry.at}"):
                what = name.partition(" ")[0]
                text = f"this {what} stands in {earlier} already; the first counts"
                return None, [Problem(entry.at, what, text)]
        return entry, []


def _digest(entry: TitleEntry) -> bytes:
    said = "\0".join((entry.title, entry.author, entry.ddc or "", *(entry.isbns or ())))
    return hashlib.sha256(said.encode()).digest()


@contextmanager
def nothing_seen() -> Iterator[Seen]:
    """For one import; gone afterwards."""
    with (
        TemporaryDirectory(prefix="muontra-import-") as folder,
        closing(sqlite3.connect(f"{folder}/seen.db", isolation_level=None)) as database,
    ):
        yield Seen(database)
