"""A MARC 21 record as the library keeps it: every field, as text."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

USUAL_LEADER = "00000nam a2200000   4500"
LEADER_LENGTH = 24


class MarcField(Struct, frozen=True, array_like=True):
    """A field with its subfields; `value` holds the indicators, of a control field its text."""

    tag: str
    value: str
    subfields: tuple[tuple[str, str], ...] = ()

    @property
    def is_control(self) -> bool:
        return self.tag < "010"

    def all(self, codes: str) -> Iterator[str]:
        """Values of these subfields, in the order of the field."""
        return (value for code, value in self.subfields if code in codes)

    def first(self, codes: str) -> str | None:
        """The first value of the first of these codes that has one."""
        found = (value for code in codes for value in self.all(code) if value.strip())
        return next(found, None)


class MarcRecord(Struct, frozen=True, array_like=True):
    """Leader and fields."""

    leader: str
    fields: tuple[MarcField, ...]

    def all(self, *tags: str) -> Iterator[MarcField]:
        return (field for field in self.fields if field.tag in tags)

    def first(self, tag: str) -> MarcField | None:
        return next(self.all(tag), None)

    def without(self, *tags: str) -> "MarcRecord":
        return MarcRecord(self.leader, tuple(f for f in self.fields if f.tag not in tags))


class Unreadable(Exception):
    """The text says what is wrong with one record."""


def control(tag: str, text: str) -> MarcField:
    return MarcField(tag, text)


def data(tag: str, *subfields: tuple[str, str], indicators: str = "  ") -> MarcField:
    return MarcField(tag, indicators, subfields)


def kept(record: MarcRecord) -> bytes:
    """As it stands in the database."""
    return msgspec.json.encode(record)


_decoder = msgspec.json.Decoder(MarcRecord)


def from_kept(content: bytes) -> MarcRecord:
    return _decoder.decode(content)
