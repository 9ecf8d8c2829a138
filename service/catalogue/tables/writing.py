"""CSV files that an import takes again, and that a spreadsheet opens without computing anything."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from io import StringIO
from typing import Any

from msgspec.structs import asdict

from service.catalogue.entries import LoanEntry, PatronEntry, TitleEntry
from service.catalogue.tables.cells import guarded
from service.catalogue.tables.columns import COLUMNS, Kind

_BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def table(kind: Kind, entries: Iterable[Any]) -> Iterator[bytes]:
    """Line by line, the headings first."""
    names = [column.name for column in COLUMNS[kind]]
    yield (_BOM + _line(names)).encode()
    for entry in entries:
        for row in _ROWS[kind](entry):
            yield _line([_cell(row[name]) for name in names]).encode()


def _line(cells: list[str]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(guarded, cells))
    return line.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case date():
            return value.isoformat()
        case tuple():
            return "; ".join(one if isinstance(one, str) else " ".join(one) for one in value)
        case _:
            return str(value)


def _items(entry: TitleEntry) -> Iterator[dict[str, Any]]:
    for item in entry.items:
        yield asdict(entry) | asdict(item)


def _one(entry: PatronEntry | LoanEntry) -> Iterator[dict[str, Any]]:
    yield asdict(entry)


_ROWS: dict[Kind, Callable[[Any], Iterator[dict[str, Any]]]] = {
    Kind.ITEMS: _items,
    Kind.PATRONS: _one,
    Kind.LOANS: _one,
}
