"""What a part of a file came to, and the numbers that its new rows get."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice

from msgspec import Struct
from sqlalchemy import Connection, Engine, Table, func, select

from service.catalogue.entries import Count, Problem

_SOME = 8


class Taken(Struct, frozen=True, tag=True):
    """Rows by kind ("titles", "items" …), and what a person has to look at."""

    counts: dict[str, Count] = {}
    problems: tuple[Problem, ...] = ()


@contextmanager
def one_transaction(engine: Engine, *, is_rehearsal: bool) -> Iterator[Connection]:
    """All of it or nothing; a rehearsal does everything and leaves nothing."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        if is_rehearsal:
            transaction.rollback()


def free_numbers(connection: Connection, table: Table, count: int) -> list[int]:
    """So many that no row of the table has or will get."""
    if connection.dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        rows = select(sequence).select_from(func.generate_series(1, count))
        return list(connection.scalars(rows))
    last: int = connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
    return list(range(last + 1, last + 1 + count))


def unknown(what: str, code: str, known: Collection[str]) -> str:
    """A code that the library does not have, and which ones it has."""
    near = get_close_matches(code, known, n=_SOME) or list(islice(sorted(known), _SOME))
    return f"no {what} has the code {code!r}; there are {', '.join(near) or 'none'}"
