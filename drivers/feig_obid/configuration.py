"""The configuration of a FEIG reader: read, shown, compared, kept in a file, written and restored.

docs/protocols/readers.md, "FEIG configuration". A page is written only where the same page was
read first, and every written page is read back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DriverError, WrongDevice
from drivers.feig_obid.commands import (
    CPU_RESET,
    READ_CONFIGURATION,
    SAVE_CONFIGURATION,
    WRITE_CONFIGURATION,
    Request,
)
from drivers.feig_obid.configuration_fields import (
    EEPROM,
    LINE_PAGE,
    PAGE_NUMBER,
    ConfigurationField,
    fields_of,
)
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.models import MODELS, Family
from drivers.feig_obid.statuses import LENGTH_ERROR, NO_SUCH_PAGE, PARAMETER_RANGE

Memory = Literal["ram", "eeprom"]
PageNumber = Annotated[int, Meta(ge=0, le=PAGE_NUMBER)]
PageText = Annotated[str, Meta(pattern=r"^[0-9A-F]{2}( [0-9A-F]{2})*$")]

SECRETS_PAGE = 0
"""Holds the log-in password of some readers, and reads as zeros: neither kept nor written."""

ALL_PAGES = range(SECRETS_PAGE + 1, PAGE_NUMBER + 1)

_NO_PAGE = {NO_SUCH_PAGE, PARAMETER_RANGE, LENGTH_ERROR}


class ConfigurationNotTaken(DriverError):
    """A written page reads back differently; the reader keeps what it read back."""


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


def read_configuration(
    reader: FeigDevice, memory: Memory, deadline: Deadline, pages: Iterable[int] = ALL_PAGES
) -> Configuration:
    """Those of `pages` that the reader shows."""
    read = {
        number: page.hex(" ").upper()
        for number in pages
        if (page := _read_page(reader, number, memory, deadline)) is not None
    }
    facts = reader.facts
    return Configuration(model=facts.model.name, firmware=facts.firmware, memory=memory, pages=read)


def restore_configuration(
    reader: FeigDevice, wanted: Configuration, memory: Memory, deadline: Deadline
) -> tuple[int, ...]:
    """Write the pages that differ, each proved by reading back; their numbers.

    What is written to EEPROM works after `restart`. The page of the line comes last: a new bus
    address may count at once. Raises WrongDevice for another model's configuration, DeviceRefused
    and ConfigurationNotTaken for a page; those before it are written.
    """
    _expect_same_model(reader, wanted)
    numbers = sorted(wanted.pages, key=lambda number: (number == LINE_PAGE, number))
    return tuple(
        number
        for number in numbers
        if number != SECRETS_PAGE
        and _write_where_different(reader, number, wanted.page(number), memory, deadline)
    )


def save_page(reader: FeigDevice, number: int, deadline: Deadline) -> None:
    """Keep in EEPROM what a page holds in RAM. Raises ConfigurationNotTaken."""
    wanted = _page_that_exists(reader, number, "ram", deadline)
    reader.ask(Request(SAVE_CONFIGURATION, {"page": number}), deadline)
    _prove(reader, number, wanted, "eeprom", deadline)


def restart(reader: FeigDevice, deadline: Deadline) -> None:
    """The reader begins anew with what its EEPROM holds, perhaps at another rate: open it again."""
    reader.ask(Request(CPU_RESET), deadline)
    reader.close()


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


def _expect_same_model(reader: FeigDevice, wanted: Configuration) -> None:
    if wanted.model != reader.facts.model.name:
        raise WrongDevice(
            f"this is the configuration of a {wanted.model}, but a {reader.facts.model.name} is "
            "connected; take the file of the same model"
        )


def _write_where_different(
    reader: FeigDevice, number: int, wanted: bytes, memory: Memory, deadline: Deadline
) -> bool:
    found = _page_that_exists(reader, number, memory, deadline)
    if len(found) != len(wanted):
        raise ConfigurationNotTaken(
            f"page {number} has {len(found)} bytes in this reader and {len(wanted)} in the file; "
            "nothing was written to it"
        )
    if found == wanted:
        return False
    fields = {"page": _address(number, memory), "parameters": wanted}
    reader.ask(Request(WRITE_CONFIGURATION, fields), deadline)
    _prove(reader, number, wanted, memory, deadline)
    return True


def _prove(
    reader: FeigDevice, number: int, wanted: bytes, memory: Memory, deadline: Deadline
) -> None:
    taken = _read_page(reader, number, memory, deadline)
    if taken != wanted:
        places = [
            at for at, (one, two) in enumerate(zip_longest(wanted, taken or b"")) if one != two
        ]
        raise ConfigurationNotTaken(
            f"page {number} of the {memory} did not take the bytes {places}; read it again"
        )


def _page_that_exists(reader: FeigDevice, number: int, memory: Memory, deadline: Deadline) -> bytes:
    page = _read_page(reader, number, memory, deadline)
    if page is None:
        raise DeviceRefused(f"this reader has no page {number}; nothing was written", NO_SUCH_PAGE)
    return page


def _read_page(reader: FeigDevice, number: int, memory: Memory, deadline: Deadline) -> bytes | None:
    """None where the reader has no such page. The answer does not name its page: the line must be
    clean.
    """
    request = Request(READ_CONFIGURATION, {"page": _address(number, memory)})
    try:
        parameters: bytes = reader.read(request, deadline, anew=True).fields["parameters"]
    except DeviceRefused as refusal:
        if refusal.status in _NO_PAGE:
            return None
        raise
    return parameters


def _address(number: int, memory: Memory) -> int:
    return number | (EEPROM if memory == "eeprom" else 0)
