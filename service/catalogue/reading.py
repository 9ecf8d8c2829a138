"""What a file holds, entry by entry, whatever its format; memory holds one at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from service.catalogue.encodings import Encoding
from service.catalogue.entries import LoanEntry, PatronEntry, Problem, TitleEntry
from service.catalogue.marc import iso2709, marcxml
from service.catalogue.marc.mapping import Mapping
from service.catalogue.marc.record import MarcRecord, Unreadable
from service.catalogue.marc.to_title import entry

Entry = TitleEntry | PatronEntry | LoanEntry
_XML = b"<"
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"


class Read(Struct, frozen=True):
    """One entry, if there is one, and what is wrong with it."""

    entry: Entry | None
    problems: tuple[Problem, ...] = ()


class UnreadableFile(Exception):
    """The text says why nothing of a file can be taken, and what to do."""


def marc(file: BinaryIO, encoding: Encoding, table: Mapping) -> Iterator[Read]:
    """ISO 2709 or MARCXML, told by the first sign. Places are records, in XML lines."""
    beginning = file.read(64).lstrip(_BEFORE_XML)
    file.seek(0)
    if beginning.startswith(_XML):
        for line, found in marcxml.read(file):
            yield _read(line, found, table)
        return
    for number, content in enumerate(iso2709.split(file), start=1):
        yield _read(number, _decoded(content, encoding), table)


def _decoded(content: bytes, encoding: Encoding) -> MarcRecord | Unreadable:
    try:
        return iso2709.read(content, encoding)
    except Unreadable as problem:
        return problem


def _read(at: int, found: MarcRecord | Unreadable, table: Mapping) -> Read:
    try:
        if isinstance(found, Unreadable):
            raise found
        made, problems = entry(at, found, table)
    except Unreadable as problem:
        return Read(None, (Problem(at, "record", str(problem)),))
    return Read(made, tuple(problems))
