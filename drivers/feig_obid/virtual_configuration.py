"""The configuration memory of a virtual reader: EEPROM, and the RAM that works."""

from drivers.feig_obid.configuration_fields import (
    BAUDS,
    EEPROM,
    ONLY_NEW_TAGS_AT,
    PAGE_BYTES,
    PAGE_NUMBER,
)
from drivers.feig_obid.statuses import NO_SUCH_PAGE, OK, PARAMETER_RANGE, READ_ONLY_PAGE

_ALL_PAGES = 0x40
_DELIVERED = {
    1: bytes.fromhex("00 00 08 01 00 00 00 1E 00 00 00 00 00 00"),
    2: bytes(PAGE_BYTES),
    3: bytes(PAGE_BYTES),
    4: bytes.fromhex("00 00 00 00 0B 00 00 00 00 00 00 00 00 04"),
    5: bytes.fromhex("02 00 00 00 00 00 00 00 00 00 00 01 00 00"),
    6: bytes(PAGE_BYTES),
}


class VirtualConfiguration:
    """Owner: the thread of the simulator's host; others may look."""

    def __init__(self, *, only_new_tags: bool) -> None:
        page, at = ONLY_NEW_TAGS_AT
        told = bytearray(_DELIVERED[page])
        told[at] = only_new_tags
        self.eeprom = _DELIVERED | {page: bytes(told)}
        self.ram = dict(self.eeprom)

    @property
    def only_new_tags(self) -> bool:
        """Whether an inventory tells a tag once until it leaves."""
        page, at = ONLY_NEW_TAGS_AT
        return bool(self.ram[page][at] & 1)

    def restart(self) -> None:
        """RAM begins with what EEPROM holds."""
        self.ram = dict(self.eeprom)

    def read(self, address: int) -> tuple[int, bytes]:
        """Status and page."""
        page = self._memory(address).get(address & PAGE_NUMBER)
        return (NO_SUCH_PAGE, b"") if page is None else (OK, page)

    def write(self, address: int, parameters: bytes) -> int:
        """Status."""
        number = address & PAGE_NUMBER
        if number not in self.ram:
            return READ_ONLY_PAGE
        if len(parameters) != PAGE_BYTES or (number == 1 and parameters[2] not in BAUDS):
            return PARAMETER_RANGE
        self._memory(address)[number] = parameters
        return OK

    def save(self, address: int) -> int:
        """RAM to EEPROM: one page, or all."""
        if address & _ALL_PAGES:
            self.eeprom = dict(self.ram)
        elif address & PAGE_NUMBER in self.ram:
            self.eeprom[address & PAGE_NUMBER] = self.ram[address & PAGE_NUMBER]
        else:
            return READ_ONLY_PAGE
        return OK

    def _memory(self, address: int) -> dict[int, bytes]:
        return self.eeprom if address & EEPROM else self.ram
