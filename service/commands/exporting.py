"""`muontra-service export`: the library's own rows, for other systems and for moving house."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from service.catalogue import outgoing
from service.catalogue.entries import TitleEntry
from service.catalogue.marc import iso2709, marcxml
from service.catalogue.marc.from_title import record_of
from service.catalogue.marc.record import Unreadable
from service.catalogue.tables.columns import Kind
from service.catalogue.tables.writing import table
from service.commands.place import DEFAULT_STATE, Database, Place, State, errors, plain_errors
from service.database.connection import Reader
from service.database.engine import open_reading_engine

app = typer.Typer(help="Give titles, copies, patrons or loans to a file.", no_args_is_help=True)

MARC_EXAMPLE = "Example: muontra-service export marc catalogue.xml --format marcxml"
CSV_EXAMPLE = "Example: muontra-service export csv items copies.csv"

_ENTRIES = {
    Kind.ITEMS: outgoing.titles,
    Kind.PATRONS: outgoing.patrons,
    Kind.LOANS: outgoing.loans,
}

File = Annotated[str, typer.Argument(metavar="FILE", help="Where to; - is the standard output.")]


class Format(StrEnum):
    """How MARC records are written."""

    ISO_2709 = "iso2709"
    MARCXML = "marcxml"


@app.command("marc", epilog=MARC_EXAMPLE)
def marc_(
    file: File,
    as_: Annotated[Format, typer.Option("--format", help="How records are written.")] = (
        Format.ISO_2709
    ),
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """All titles with their copies in 952, in UTF-8, also while the service runs.

    Exit code 1 when a record was too long for the format; it is told and left out.
    """
    left_out: list[TitleEntry] = []
    with open_reader(state, database) as reader, _out(file) as out:
        out.writelines(_FORMATS[as_](outgoing.titles(reader), left_out))
    for title in left_out:
        errors.print(f"{title.title!r}: too long for ISO 2709; use --format marcxml.")
    if left_out:
        raise typer.Exit(1)


@app.command("csv", epilog=CSV_EXAMPLE)
def csv_(
    kind: Annotated[Kind, typer.Argument(help="What the lines shall be.")],
    file: File,
    state: State = DEFAULT_STATE,
    database: Database = None,
) -> None:
    """One line for each copy, patron or open loan. PINs are never given.

    A file of patrons holds personal data: it is made for its owner's eyes only (mode 0600).
    """
    with open_reader(state, database) as reader, _out(file) as out:
        out.writelines(table(kind, _ENTRIES[kind](reader)))


def _iso2709(titles: Iterable[TitleEntry], left_out: list[TitleEntry]) -> Iterator[bytes]:
    for title in titles:
        try:
            yield iso2709.write(record_of(title))
        except Unreadable:
            left_out.append(title)


def _marcxml(titles: Iterable[TitleEntry], _left_out: list[TitleEntry]) -> Iterator[bytes]:
    yield marcxml.HEAD
    for title in titles:
        yield marcxml.write(record_of(title))
    yield marcxml.TAIL


_FORMATS = {Format.ISO_2709: _iso2709, Format.MARCXML: _marcxml}


@contextmanager
def open_reader(state: Path, database: str | None) -> Iterator[Reader]:
    """Beside the running service, if one runs."""
    place = Place.of(state, database)
    with plain_errors():
        place.engine().dispose()
        engine = open_reading_engine(place.url)
        reader = Reader(engine)
        try:
            yield reader
        finally:
            reader.close()
            engine.dispose()


@contextmanager
def _out(file: str) -> Iterator[BinaryIO]:
    """Whole under its name, or not there; a pipe or device is written to as it is."""
    path = Path(file)
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file():
        with path.open("wb") as out:
            yield out
    else:
        yield from _whole(path)


def _whole(path: Path) -> Iterator[BinaryIO]:
    draft = path.with_name(f"{path.name}.part")
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as out:
            yield out
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
