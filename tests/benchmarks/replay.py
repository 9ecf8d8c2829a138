"""The baseline: the statements that the ledger sends, with their values, and nothing else.

They are recorded while the ledger applies check-outs in groups, and replayed on an equal copy of
the database through the same driver: no rules, no decoding, no network, the same commits.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from time import monotonic

import structlog

from service.database.connection import Writer
from service.database.engine import open_engine
from service.ledger import Arrived, Ledger
from service.protocol.codec import encode
from service.protocol.identifiers import new_identifier
from service.protocol.operations import CheckOut, Operation
from service.protocol.replies import Lent
from tests.benchmarks.lendings import Lending

BOOT = "b" * 32

Row = Sequence[str | int | float | bytes | None]


@dataclass(frozen=True, slots=True)
class Statement:
    """One call of the driver's cursor."""

    text: str
    values: Row | Sequence[Row]
    many: bool
    fetched: bool


class Recorder:
    """Stands before a cursor and remembers what passes."""

    def __init__(self, cursor: sqlite3.Cursor, statements: list[Statement]) -> None:
        self._cursor = cursor
        self._statements = statements

    def execute(self, text: str, values: Row = ()) -> None:
        self._statements.append(Statement(text, values, many=False, fetched=False))
        self._cursor.execute(text, values)

    def executemany(self, text: str, values: Sequence[Row]) -> None:
        self._statements.append(Statement(text, values, many=True, fetched=False))
        self._cursor.executemany(text, values)

    def fetchall(self) -> list[tuple[object, ...]]:
        last = self._statements.pop()
        self._statements.append(Statement(last.text, last.values, last.many, fetched=True))
        return self._cursor.fetchall()


def record(
    database: Path, lendings: Sequence[Lending], station: int, group: int
) -> list[Statement]:
    """What the ledger sends for these check-outs in groups; `database` is used up."""
    engine = open_engine(f"sqlite:///{database}")
    ledger = Ledger(engine, structlog.get_logger())
    statements: list[Statement] = []
    ledger._store.writer._cursor = Recorder(ledger._store.writer._cursor, statements)
    arrived = [_arrived(lending, station, n) for n, lending in enumerate(lendings, start=1)]
    for first in range(0, len(arrived), group):
        replies = ledger.apply(arrived[first : first + group])
        assert all(isinstance(reply, Lent) for reply in replies)
        ledger.confirm(station, first)
    ledger.close()
    engine.dispose()
    return statements


def replay(template: Path, scratch: Path, statements: Sequence[Statement]) -> float:
    """Seconds that the database alone needs for these statements, on a fresh copy."""
    copyfile(template, scratch)
    engine = open_engine(f"sqlite:///{scratch}")
    writer = Writer(engine)
    cursor = writer._cursor
    begun = monotonic()
    for statement in statements:
        (cursor.executemany if statement.many else cursor.execute)(statement.text, statement.values)
        if statement.fetched:
            cursor.fetchall()
    seconds = monotonic() - begun
    writer.close()
    engine.dispose()
    return seconds


def _arrived(lending: Lending, station: int, sequence: int) -> Arrived:
    operation = Operation(
        operation=new_identifier(),
        sequence=sequence,
        boot=BOOT,
        monotonic_ms=0,
        wall_ms=0,
        act=CheckOut(lending.item, lending.card),
    )
    return Arrived(station, operation, encode(operation))
