"""The configuration of a FEIG reader: what a file holds, shown in words and compared.

docs/protocols/readers.md, "FEIG configuration".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from drivers.feig_obid.configuration_fields import PAGE_NUMBER, ConfigurationField, fields_of
from drivers.feig_obid.models import MODELS, Family

Memory = Literal["ram", "eeprom"]
PageNumber = Annotated[int, Meta(ge=0, le=PAGE_NUMBER)]
PageText = Annotated[str, Meta(pattern=r"^[0-9A-F]{2}( [0-9A-F]{2})*$")]


class Configuration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file holds. `pages` by number, in hexadecimal."""

    format: Literal[1] = 1
    model: str
    firmware: str
    memory: Memory
    pages: dict[PageNumber, PageText]

    def page(self, number: int) -> bytes:
        """Raises KeyError for a page that was not read."""
        return bytes.fromhex(self.pages[number])

    @property
    def family(self) -> Family:
        """Which fields are known of this reader's pages."""
        known = {model.name: model.family for model in MODELS.values()}
        return known.get(self.model, Family.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ShownByte:
    """One field in words; `field` is the byte's place where nothing is known of it."""

    page: int
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two configurations have differently; an absent one is empty."""

    page: int
    field: str
    before: str
    after: str


def shown(configuration: Configuration) -> Iterator[ShownByte]:
    """All pages in words, byte by byte where nothing is known."""
    for number in sorted(configuration.pages):
        page = configuration.page(number)
        known = fields_of(number, configuration.family, len(page))
        for at, value in enumerate(page):
            field = _field_at(known, at)
            if field is None:
                yield ShownByte(number, f"byte {at}", f"{value:02X}")
            elif field.first == at:
                yield ShownByte(number, field.name, field.value(page))


def differences(before: Configuration, after: Configuration) -> list[Difference]:
    """What changed, field by field."""
    old, new = _by_field(before), _by_field(after)
    return [
        Difference(page, field, old.get((page, field), ""), new.get((page, field), ""))
        for page, field in dict.fromkeys([*old, *new])
        if old.get((page, field)) != new.get((page, field))
    ]


def to_file(configuration: Configuration) -> bytes:
    """JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(configuration), indent=2) + b"\n"


def from_file(raw: bytes) -> Configuration:
    """Raises ValueError (msgspec.ValidationError is one) with what is wrong and where."""
    return msgspec.json.decode(raw, type=Configuration)


def _by_field(configuration: Configuration) -> Mapping[tuple[int, str], str]:
    return {(byte.page, byte.field): byte.value for byte in shown(configuration)}


def _field_at(known: list[ConfigurationField], at: int) -> ConfigurationField | None:
    return next((field for field in known if field.first <= at < field.first + field.size), None)
