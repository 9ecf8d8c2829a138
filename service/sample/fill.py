"""Writes a sample library into an empty database: one transaction, in chunks."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import asdict
from sqlalchemy import Connection, Engine, Table, delete, func, insert, select
from zmq.utils import z85

from service.catalogue.index import keep
from service.database import models
from service.sample import lending
from service.sample.collection import Title, item_row, title_row
from service.sample.loans import OLD_DESK, Circulation
from service.sample.points import ROOT, TIME_ZONE, Row, point_rows
from service.sample.readers import Patron, card_rows, patron_row, patrons
from service.sample.size import Sample

T = TypeVar("T")

CHUNK = 2_000
_COUNTED = {models.patrons, models.titles, models.items}
# Their rows bring numbers along; PostgreSQL's sequences have to be told.
_NUMBERED = (
    models.rules,
    models.patrons,
    models.titles,
    models.items,
    models.stations,
    models.holds,
)


class NotEmpty(Exception):
    """A sample is for an empty database only."""


def fill(engine: Engine, sample: Sample, advance: Callable[[int], None]) -> Circulation:
    """All or nothing; raises NotEmpty. The database has its schema already.

    `advance` is told of every chunk of patrons, titles and items that was written.
    """
    with engine.begin() as connection:
        if connection.execute(select(models.points.c.code).limit(1)).first():
            raise NotEmpty("holds a library already; a sample needs an empty database")
        press = Press(connection, advance)
        _write_decisions(press, sample.as_of)
        circulation = Circulation(
            lending.policy(sample.as_of),
            sample.as_of,
            _write_patrons(press, sample),
            sample.chance("loans"),
        )
        _write_collection(press, sample, circulation)
        _write_circulation(press, sample, circulation)
        press.leave_numbers_behind()
    return circulation


class Press:
    """Inserts many rows into one table after the other."""

    def __init__(self, connection: Connection, advance: Callable[[int], None]) -> None:
        self._connection = connection
        self._advance = advance

    def write(self, table: Table, rows: Iterable[Row]) -> None:
        """`rows` may be more than memory holds."""
        for chunk in chunks(rows):
            self._connection.execute(insert(table), chunk)
            if table in _COUNTED:
                self._advance(len(chunk))

    def replace(self, table: Table, rows: Iterable[Row]) -> None:
        """As `write`, for a table to which the schema itself brought rows."""
        self._connection.execute(delete(table))
        self.write(table, rows)

    def index(self, titles: Iterable[Title]) -> None:
        """Let the words of these titles be found."""
        keep(self._connection, ((title.id, title.title, title.author) for title in titles))

    def leave_numbers_behind(self) -> None:
        """PostgreSQL goes on numbering after the sample's rows; SQLite does so by itself."""
        if self._connection.dialect.name == "postgresql":
            for table in _NUMBERED:
                sequence = func.pg_get_serial_sequence(table.name, "id")
                last = select(func.max(table.c.id)).scalar_subquery()
                self._connection.execute(select(func.setval(sequence, func.coalesce(last, 1))))


def chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """Lists of up to CHUNK rows."""
    source = iter(rows)
    return iter(lambda: list(islice(source, CHUNK)), [])


def _write_decisions(press: Press, as_of: date) -> None:
    press.write(models.points, point_rows())
    press.write(models.calendar_weekly, lending.weekly_rows())
    press.write(models.calendar_exception, lending.exception_rows(as_of))
    press.write(models.patron_categories, lending.category_rows())
    press.write(models.item_types, lending.item_type_rows())
    press.replace(models.rules, map(asdict, lending.RULES))


def _write_patrons(press: Press, sample: Sample) -> list[Patron]:
    people = list(patrons(sample.patrons, sample.as_of, sample.chance("patrons")))
    salts = sample.chance("salts")
    press.write(models.patrons, (patron_row(patron, salts) for patron in people))
    press.write(models.patron_cards, chain.from_iterable(map(card_rows, people)))
    return people


def _write_collection(press: Press, sample: Sample, circulation: Circulation) -> None:
    for copies_of_titles in chunks(sample.collection()):
        press.write(models.titles, (title_row(copies[0].title) for copies in copies_of_titles))
        press.index(copies[0].title for copies in copies_of_titles)
        copies = list(chain.from_iterable(copies_of_titles))
        press.write(models.items, map(item_row, copies))
        circulation.take(copies)


def _write_circulation(press: Press, sample: Sample, circulation: Circulation) -> None:
    press.write(models.stations, [_old_desk(sample, len(circulation.claims))])
    press.write(models.loans, map(asdict, circulation.loans))
    press.write(models.claims, map(asdict, circulation.claims))
    press.write(models.holds, map(asdict, circulation.holds))


def _old_desk(sample: Sample, operations: int) -> Row:
    """The station that lent what is lent: gone, and nobody ever had the key."""
    gone = datetime.combine(sample.as_of, time(), ZoneInfo(TIME_ZONE))
    gone_ms = int(gone.timestamp() * 1000)
    return {
        "id": OLD_DESK,
        "public_key": z85.encode(sample.chance("old desk").randbytes(32)).decode(),
        "name": "Quầy cũ (dữ liệu mẫu)",
        "point": ROOT,
        "enabled": False,
        "enrolled_at_ms": gone_ms - 400 * 86_400_000,
        "revoked_at_ms": gone_ms,
        "last_seen_ms": gone_ms,
        "confirmed_through": operations,
    }
