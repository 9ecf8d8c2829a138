"""The configuration of a FEIG reader: read from it, restored, and proved by reading back.

docs/protocols/readers.md, "FEIG configuration". A page is written only where the same page was
read first, and every written page is read back.
"""

from collections.abc import Iterable
from itertools import zip_longest

from drivers.deadline import Deadline
from drivers.errors import DeviceRefused, DriverError, WrongDevice
from drivers.feig_obid.commands import (
    CPU_RESET,
    READ_CONFIGURATION,
    SAVE_CONFIGURATION,
    WRITE_CONFIGURATION,
    Request,
)
from drivers.feig_obid.configuration import Configuration, Memory
from drivers.feig_obid.configuration_fields import EEPROM, LINE_PAGE, PAGE_NUMBER
from drivers.feig_obid.device import FeigDevice
from drivers.feig_obid.statuses import LENGTH_ERROR, NO_SUCH_PAGE, PARAMETER_RANGE

SECRETS_PAGE = 0
"""Holds the log-in password of some readers, and reads as zeros: neither kept nor written."""

ALL_PAGES = range(SECRETS_PAGE + 1, PAGE_NUMBER + 1)

_NO_PAGE = {NO_SUCH_PAGE, PARAMETER_RANGE, LENGTH_ERROR}


class ConfigurationNotTaken(DriverError):
    """A written page reads back differently; the reader keeps what it read back."""


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
