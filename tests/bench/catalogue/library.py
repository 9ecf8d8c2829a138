"""A library in a real database: taken into, searched, given away again."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine, Table, insert, select

from service.catalogue import outgoing
from service.catalogue.encodings import Encoding
from service.catalogue.entries import Count, ItemEntry, TitleEntry
from service.catalogue.intake import Intake, Outcome, Told
from service.catalogue.marc.mapping import mapping
from service.catalogue.orders import TakeOrder, TakeTitles, carry_out
from service.catalogue.reading import Read, marc
from service.catalogue.search import Answer, By, Question, search
from service.catalogue.tables.columns import Kind, table_map
from service.catalogue.tables.reading import table
from service.catalogue.tables.writing import table as write_table
from service.catalogue.taken import Taken
from service.database import models
from service.database.connection import Reader
from service.database.engine import open_engine, open_reading_engine
from tests.bench.ledger.library import NOON_MS

DECISIONS: tuple[tuple[Table, list[dict[str, object]]], ...] = (
    (
        models.points,
        [
            {"code": code, "kind": "library", "name": code, "time_zone": "Asia/Ho_Chi_Minh"}
            for code in ("TV", "BX", "SK", "SK.01")
        ],
    ),
    (models.item_types, [{"code": code, "name": code} for code in ("book", "magazine")]),
    (models.patron_categories, [{"code": "adult", "name": "Người lớn", "max_loans": 100}]),
)
CATALOGUE = (models.titles, models.isbns, models.marc_records, models.items)


def decide(engine: Engine) -> None:
    """Points, item types and categories; no title and nobody."""
    with engine.begin() as connection:
        for kind, rows in DECISIONS:
            connection.execute(insert(kind), rows)


class Catalogue:
    """Owner of its database, as a stopped service's command is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._reading = open_reading_engine(url)
        self.reader = Reader(self._reading)

    def close(self) -> None:
        self.reader.close()
        self._reading.dispose()
        self.engine.dispose()

    def do(self, order: TakeOrder) -> Taken:
        taken = carry_out(self.engine, order, NOON_MS + 3_600_000)
        assert isinstance(taken, Taken)
        return taken

    def take(self, *entries: TitleEntry) -> Taken:
        return self.do(TakeTitles(entries, is_rehearsal=False))

    def found(self, text: str, by: By = By.ANY, point: str | None = None) -> list[str]:
        return [found.title for found in self.search(text, by, point=point).found]

    def search(
        self, text: str, by: By = By.ANY, limit: int = 20, point: str | None = None
    ) -> Answer:
        return search(self.reader, Question(text, by, limit, point))

    def rows(self, kind: Table, *columns: str) -> list[tuple[Any, ...]]:
        """All rows in the order of these columns, or of all."""
        wanted = [kind.c[name] for name in columns] or list(kind.c)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(*wanted).order_by(*wanted))]

    def everything(self) -> list[list[tuple[Any, ...]]]:
        """All tables, for proving that nothing was written."""
        return [self.rows(kind) for kind in models.metadata.sorted_tables]

    def import_marc(self, path: Path, *, own: bytes = b"", is_rehearsal: bool = False) -> "Import":
        read = partial(marc, encoding=Encoding.AUTO, table=mapping(own))
        return self._import(read, path, is_rehearsal=is_rehearsal)

    def import_csv(
        self, kind: Kind, path: Path, *, own: bytes = b"", is_rehearsal: bool = False
    ) -> "Import":
        read = partial(table, kind=kind, encoding=Encoding.AUTO, own=table_map(own))
        return self._import(read, path, is_rehearsal=is_rehearsal)

    def _import(
        self, read: Callable[[BinaryIO], Iterator[Read]], path: Path, *, is_rehearsal: bool
    ) -> "Import":
        told: list[Told] = []
        intake = Intake(read, self.do, lambda _read: None)
        outcome = intake.run([path], told.append, is_rehearsal=is_rehearsal)
        return Import(outcome, told)

    def export_csv(self, kind: Kind) -> bytes:
        read: dict[Kind, Callable[[Reader], Iterator[Any]]] = {
            Kind.ITEMS: outgoing.titles,
            Kind.PATRONS: outgoing.patrons,
            Kind.LOANS: outgoing.loans,
        }
        return b"".join(write_table(kind, read[kind](self.reader)))


class Import:
    """What came of a file."""

    def __init__(self, outcome: Outcome, told: list[Told]) -> None:
        self.outcome = outcome
        self.problems = [(one.problem.at, one.problem.what) for one in told]
        self.taken_flags = [one.problem.taken for one in told]
        self.texts = [one.problem.text for one in told]

    def count(self, kind: str) -> Count:
        return self.outcome.counts.get(kind, Count())


def title(
    name: str,
    author: str = "",
    *numbers: str,
    control_number: str | None = None,
    isbns: tuple[str, ...] | None = None,
) -> TitleEntry:
    """An entry with copies at TV."""
    items = tuple(ItemEntry(number, "book", "TV") for number in numbers or (f"N.{name}",))
    return TitleEntry(1, name, author, None, control_number, isbns, items)


def file_of(folder: Path, content: bytes | Sequence[str]) -> Path:
    path = folder / "file"
    path.write_bytes(content if isinstance(content, bytes) else "\n".join(content).encode())
    return path
