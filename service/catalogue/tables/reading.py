"""Entries from a CSV file, line by line, whatever it was saved with."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import Any, BinaryIO

from service.catalogue.encodings import Encoding, Undecodable, decode
from service.catalogue.entries import Problem
from service.catalogue.reading import Read, UnreadableFile
from service.catalogue.tables.cells import BadCell, unguarded
from service.catalogue.tables.columns import (
    COLUMNS,
    ENTRY,
    MAY_BE_EMPTY,
    Column,
    Kind,
    TableMap,
    column_of,
)

LONGEST_LINE = 1_000_000
_DELIMITERS = ",;\t|"
_BOM = "\ufeff"


def table(file: BinaryIO, kind: Kind, encoding: Encoding, own: TableMap) -> Iterator[Read]:
    """Places are lines. Raises UnreadableFile where even the headings cannot be used."""
    lines = _lines(file, encoding)
    headings = next(lines, "").removeprefix(_BOM)
    delimiter = max(_DELIMITERS, key=headings.count)
    columns = _columns(kind, next(csv.reader([headings], delimiter=delimiter), []), own)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    yield from _ignored(columns, headings, delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as problem:
            text = f"is no line of a table ({problem}): a quotation mark without its second?"
            yield Read(None, (Problem(rows.line_num + 1, "line", text),))
        else:
            if any(cell.strip() for cell in row):
                yield _read(rows.line_num + 1, row, columns, kind, own)


def _lines(file: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """What cannot be decoded comes with U+FFFD in it, which no cell may hold."""
    start = file.read(2)
    file.seek(0)
    if start in {BOM_UTF16_LE, BOM_UTF16_BE}:
        wide = TextIOWrapper(file, "utf-16", errors="replace", newline="")
        while line := wide.readline(LONGEST_LINE):
            yield line
        wide.detach()
        return
    while content := file.readline(LONGEST_LINE):
        try:
            yield decode(content, encoding)
        except Undecodable:
            yield content.decode("utf-8", "replace")


def _columns(kind: Kind, headings: Sequence[str], own: TableMap) -> list[Column | None]:
    columns = [column_of(kind, heading, own) for heading in headings]
    found = [column.name for column in columns if column is not None]
    missing = [
        column.name
        for column in COLUMNS[kind]
        if column.is_needed and column.name not in found and column.name not in own.otherwise
    ]
    if missing:
        raise UnreadableFile(
            f"the first line must name the columns; missing: {', '.join(missing)}. "
            "Headings of another system go under [columns] of a map (docs/catalogue.md)"
        )
    twice = {name for name in found if found.count(name) > 1}
    if twice:
        raise UnreadableFile(f"two columns are called {', '.join(sorted(twice))}: remove one")
    return columns


def _ignored(columns: list[Column | None], headings: str, delimiter: str) -> Iterator[Read]:
    names = next(csv.reader([headings], delimiter=delimiter), [])
    for name, column in zip(names, columns, strict=True):
        if column is None and name.strip():
            text = "this column is not taken; what it holds is stored nowhere"
            yield Read(None, (Problem(1, name.strip()[:40], text, taken=True),))


def _read(
    at: int, row: Sequence[str], columns: Sequence[Column | None], kind: Kind, own: TableMap
) -> Read:
    if len(row) != len(columns):
        text = f"has {len(row)} cells, the headings are {len(columns)}"
        return Read(None, (Problem(at, "line", text),))
    told = {column.name: cell for column, cell in zip(columns, row, strict=True) if column}
    parsed: dict[str, Any] = {}
    problems = []
    for column in COLUMNS[kind]:
        try:
            cell = unguarded(told.get(column.name, "")) or own.otherwise.get(column.name, "")
            if column.name in told or cell:
                parsed[column.name] = _parse(column, own.ours(column.name, cell.strip()))
        except BadCell as problem:
            problems.append(Problem(at, column.name, str(problem)))
    entry = None if problems else ENTRY[kind](at, parsed)
    return Read(entry, tuple(problems))


def _parse(column: Column, cell: str) -> object:
    value = column.parse(cell)
    if column.is_needed and value == "" and column.name not in MAY_BE_EMPTY:
        raise BadCell("is empty")
    return value
