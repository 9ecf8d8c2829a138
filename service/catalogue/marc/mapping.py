"""Which MARC field says what: a table (fields.toml), of which a library may give its own."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct, field

Source = tuple[str, str]
"""A tag and the subfields that are read of it."""


class ItemFields(Struct, frozen=True, forbid_unknown_fields=True):
    """A field of copies: in which subfields stands what. Of several the first with text counts."""

    field: str
    number: str
    home_point: str = ""
    item_type: str = ""
    shelf_mark: str = ""
    parts: str = ""
    tagged: str = ""
    not_for_loan: str = ""
    withdrawn: str = ""
    lost: str = ""


class Otherwise(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for a copy of which the record does not tell."""

    home_point: str | None = None
    item_type: str | None = None


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    title: tuple[Source, ...]
    author: tuple[Source, ...]
    class_number: tuple[Source, ...]
    isbn: tuple[Source, ...]
    items: tuple[ItemFields, ...]
    points: dict[str, str] = field(default_factory=dict)
    item_types: dict[str, str] = field(default_factory=dict)
    otherwise: Otherwise = Otherwise()


@cache
def mapping(own: bytes = b"") -> Mapping:
    """The shipped table with the entries of one's own over it. Raises msgspec.DecodeError."""
    shipped = files(__package__).joinpath("fields.toml").read_bytes()
    tables = msgspec.toml.decode(shipped), msgspec.toml.decode(own)
    return msgspec.convert(tables[0] | tables[1], Mapping)
