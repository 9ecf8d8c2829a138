"""A small library in a real database, and stations that send it their acts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Engine, Table, func, insert, select, update
from structlog.typing import FilteringBoundLogger

from service.arrived import Arrived
from service.database import models
from service.database.engine import open_engine
from service.ledger import Ledger
from service.protocol.codec import encode
from service.protocol.operations import Act, Operation
from service.protocol.replies import OutcomeReply, Reply

NOON_MS = 1_772_427_600_000  # 2 March 2026, 12:00 in Hà Nội
TODAY = date(2026, 3, 2)
CARDS = ("card-1", "card-2", "card-3")
ITEMS = tuple(f"TK.{number:05}" for number in range(120))
MAX_LOANS = 3
BOOT = "0" * 32
STATIONS = (1, 2, 3)


def fill(engine: Engine) -> None:
    """Two points, one rule, three patrons with a card each, a hundred and more books."""
    rows: list[tuple[Table, list[dict[str, object]]]] = [
        (models.points, [_point("SK", None), _point("SK.01", "SK")]),
        (models.patron_categories, [{"code": "adult", "name": "Người lớn", "max_loans": 100}]),
        (models.item_types, [{"code": "book", "name": "Sách"}]),
        (models.titles, [_title(number) for number, _ in enumerate(ITEMS, 1)]),
        (models.items, [_item(number, name) for number, name in enumerate(ITEMS, 1)]),
        (models.patrons, [_patron(number) for number, _ in enumerate(CARDS, 1)]),
        (
            models.patron_cards,
            [{"number": card, "patron": number} for number, card in enumerate(CARDS, 1)],
        ),
        (models.stations, [_station(number) for number in STATIONS]),
    ]
    with engine.begin() as connection:
        for table, values in rows:
            connection.execute(insert(table), values)
        connection.execute(update(models.rules).values(max_loans=MAX_LOANS))


def _point(code: str, parent: str | None) -> dict[str, object]:
    kind = "branch" if parent else "library"
    zone = "Asia/Ho_Chi_Minh"
    return {"code": code, "parent": parent, "kind": kind, "name": code, "time_zone": zone}


def _title(number: int) -> dict[str, object]:
    return {"id": number, "title": f"Sách {number}", "author": "A", "ddc": "1", "search_key": "s"}


def _item(number: int, name: str) -> dict[str, object]:
    kind = {"item_type": "book", "home_point": "SK", "shelf_mark": "1"}
    return {"id": number, "number": name, "title": number, "tagged": True, **kind}


def _patron(number: int) -> dict[str, object]:
    name = {"full_name": "Vàng A Mẫu", "short_name": "V. A. MẪU", "sort_key": "", "search_key": ""}
    place = {"category": "adult", "point": "SK", "expires": date(2030, 12, 31)}
    return {"id": number, **name, **place}


def _station(number: int) -> dict[str, object]:
    return {
        "public_key": f"{number:040}",
        "name": f"kiosk-{number}",
        "point": "SK",
        "enrolled_at_ms": 0,
    }


class Stations:
    """The stations' clock and their sequences."""

    def __init__(self) -> None:
        self.now_ms = NOON_MS
        self._sequences: defaultdict[int, int] = defaultdict(int)

    def arrived(
        self,
        station: int,
        act: Act,
        *,
        operation: str | None = None,
        sequence: int | None = None,
        given: OutcomeReply | None = None,
    ) -> Arrived:
        """The act as it comes from the station, by default its next one."""
        if sequence is None:
            self._sequences[station] += 1
            sequence = self._sequences[station]
        body = Operation(
            operation=operation or uuid4().hex,
            sequence=sequence,
            boot=BOOT,
            monotonic_ms=0,
            wall_ms=self.now_ms,
            act=act,
        )
        born_ms = None if given is None else self.now_ms
        return Arrived(station, body, encode(body), given, born_ms)


class Library(Stations):
    """The ledger on a database, and its stations."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.engine = open_engine(url)
        self.log: FilteringBoundLogger = structlog.get_logger()
        self.ledger = self.open()

    def open(self) -> Ledger:
        return Ledger(self.engine, self.log, wait=False, clock=lambda: self.now_ms)

    def restart(self) -> None:
        """The service ends and begins anew."""
        self.ledger.close()
        self.ledger = self.open()

    def close(self) -> None:
        self.ledger.close()
        self.engine.dispose()

    def apply(self, *arrived: Arrived) -> list[Reply]:
        """One set; the clock goes on a second."""
        replies = self.ledger.apply(arrived)
        self.now_ms += 1000
        return replies

    def send(self, station: int, act: Act) -> Reply:
        """One act, alone in its set."""
        (reply,) = self.apply(self.arrived(station, act))
        return reply

    def rows(self, table: Table, **wanted: object) -> list[Any]:
        """Rows of a table, those with these values."""
        query = select(table).filter_by(**wanted)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def count(self, table: Table, **wanted: object) -> int:
        query = select(func.count()).select_from(table).filter_by(**wanted)
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def do(self, text: str) -> None:
        """A statement of somebody else, for faults."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(text)

    def borrowed(self, card: str) -> list[str]:
        """The numbers of the items that this card has."""
        patron = CARDS.index(card) + 1
        loans = self.rows(models.loans, patron=patron, state="open")
        return sorted(ITEMS[loan.item - 1] for loan in loans)


def kinds(replies: Sequence[Reply]) -> Iterator[str]:
    """The names of the replies, for short comparisons."""
    return (type(reply).__name__ for reply in replies)
