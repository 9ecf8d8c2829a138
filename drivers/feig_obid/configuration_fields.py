"""Known fields of a reader's configuration (docs/protocols/readers.md, "FEIG configuration").

A page has 14 bytes, in some readers 16 or 30. Bytes without a field are shown as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.feig_obid.models import Family

EEPROM = 0x80
PAGE_NUMBER = 0x3F
PAGE_BYTES = 14
LINE_PAGE = 1

BAUDS: Mapping[int, int] = MappingProxyType(
    {5: 4_800, 6: 9_600, 7: 19_200, 8: 38_400, 9: 57_600, 10: 115_200}
)
_PARITIES: Mapping[int, str] = MappingProxyType({0: "none", 1: "even", 2: "odd"})
ONLY_NEW_TAGS_AT = (5, 11)


@dataclass(frozen=True, slots=True)
class ConfigurationField:
    """`size` bytes from byte `first` of a page, in the readers of `families`."""

    page: int
    first: int
    size: int
    name: str
    families: frozenset[Family]
    say: Callable[[bytes], str]

    def value(self, page: bytes) -> str:
        """In words; a value that nobody has described as its number."""
        return self.say(page[self.first : self.first + self.size])


def _number(raw: bytes) -> str:
    return str(int.from_bytes(raw, "big"))


def _baud(raw: bytes) -> str:
    return f"{BAUDS[raw[0]]} baud" if raw[0] in BAUDS else f"code {raw[0]}"


def _parity(raw: bytes) -> str:
    return _PARITIES.get(raw[0] & 3, f"code {raw[0]}")


def _tenths(raw: bytes) -> str:
    return f"{int.from_bytes(raw, 'big') / 10:g} s"


def _afi(raw: bytes) -> str:
    return f"only AFI {raw[0]:02X}" if raw[0] else "any AFI"


def _option(raw: bytes) -> str:
    return f"code {raw[0]:02X}" if raw[0] else "set by the reader"


def _yes_no(raw: bytes) -> str:
    return "yes" if raw[0] & 1 else "no"


_SERIAL = frozenset({Family.CLASSIC_PRO, Family.MID_RANGE, Family.PROXIMITY})
_STANDARD = frozenset({Family.MID_RANGE, Family.PROXIMITY})

FIELDS = (
    ConfigurationField(1, 0, 1, "bus address", _SERIAL, _number),
    ConfigurationField(1, 2, 1, "rate", _SERIAL, _baud),
    ConfigurationField(1, 3, 1, "parity", _SERIAL, _parity),
    ConfigurationField(1, 6, 2, "longest wait for a tag", _SERIAL, _tenths),
    ConfigurationField(4, 5, 1, "tags answered to", _STANDARD, _afi),
    ConfigurationField(4, 6, 1, "option flag of writes", _STANDARD, _option),
    ConfigurationField(4, 13, 1, "block size where unknown", _STANDARD, _number),
    ConfigurationField(
        *ONLY_NEW_TAGS_AT, 1, "tells a tag once until it leaves", _STANDARD, _yes_no
    ),
)


def fields_of(page: int, family: Family, length: int = PAGE_BYTES) -> list[ConfigurationField]:
    """The known fields of a page of that length."""
    return [
        field
        for field in FIELDS
        if field.page == page and family in field.families and field.first + field.size <= length
    ]
