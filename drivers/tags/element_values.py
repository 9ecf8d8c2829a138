"""Values of the elements ↔ the bytes of their data sets in ISO 28560-2.

How each format is met and written: docs/protocols/tags.md, "Element by element".
"""

import re
from collections.abc import Callable
from unicodedata import normalize

from drivers.tags import isil
from drivers.tags.compaction import Compaction, compact, expand, integer_bytes
from drivers.tags.data_sets import DataSet
from drivers.tags.elements import Element, ElementValue, Format, SetInformation

FIRST_IN_BITMAP = 3  # the first bit of a content parameter stands for this object identifier
# Writers disagree on the compaction of the type of usage, but all mean the byte itself.
USAGE_COMPACTIONS = {
    Compaction.APPLICATION,
    Compaction.INTEGER,
    Compaction.NUMERIC,
    Compaction.OCTETS,
}
ZERO_IS_A_VALUE = {Format.USAGE, Format.CODE}


def read_value(form: Format, data_set: DataSet) -> ElementValue | None:
    """The value of a data set; None when its writer left it empty (no byte, or one zero byte).

    Raises ValueError when the bytes are no value of this format.
    """
    if not data_set.data or (data_set.data == b"\x00" and form not in ZERO_IS_A_VALUE):
        return None
    value = READERS.get(form, _text)(data_set)
    return None if value in ("", ()) else value


def _text(data_set: DataSet) -> str:
    return normalize("NFC", expand(data_set.compaction, data_set.data))


def _isil(data_set: DataSet) -> str:
    if data_set.compaction is Compaction.APPLICATION:
        return isil.unpack(data_set.data)
    return _text(data_set)


def _content(data_set: DataSet) -> tuple[int, ...]:
    bits = "".join(f"{byte:08b}" for byte in data_set.data)
    return tuple(oid for oid, bit in enumerate(bits, start=FIRST_IN_BITMAP) if bit == "1")


def _digits(data_set: DataSet) -> str:
    if data_set.compaction in {Compaction.APPLICATION, Compaction.INTEGER}:
        return str(int.from_bytes(data_set.data, "big"))
    return _text(data_set)


def _gtin(data_set: DataSet) -> str:
    return _digits(data_set).zfill(13)


def _set_information(data_set: DataSet) -> SetInformation:
    """Two counters of equally many decimal digits, parts first."""
    digits = _digits(data_set)
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError("it is no number")
    digits = digits.zfill(len(digits) + len(digits) % 2)
    half = len(digits) // 2
    return SetInformation(int(digits[:half]), int(digits[half:]))


def _usage(data_set: DataSet) -> str:
    is_byte = len(data_set.data) == 1 and data_set.compaction in USAGE_COMPACTIONS
    usage = data_set.data.hex() if is_byte else _text(data_set)
    if not re.fullmatch("[0-9A-Fa-f]{2}", usage):
        raise ValueError("it is not one byte")
    return usage.upper()


def _code(data_set: DataSet) -> int:
    if len(data_set.data) > 1:
        raise ValueError("it is not one byte")
    return data_set.data[0]


READERS: dict[Format, Callable[[DataSet], ElementValue]] = {
    Format.ISIL: _isil,
    Format.CONTENT: _content,
    Format.SET: _set_information,
    Format.USAGE: _usage,
    Format.CODE: _code,
    Format.GTIN: _gtin,
}


def write_value(element: Element, value: ElementValue) -> DataSet:
    """The data set of a checked value."""
    match value:
        case SetInformation():
            compaction, data = compact(_counters(value))
        case tuple():
            compaction, data = Compaction.APPLICATION, _bitmap(value)
        case int():
            compaction, data = Compaction.OCTETS, bytes([value])
        case str():
            compaction, data = _compacted(element.format, value)
    return DataSet(element.oid, compaction, data)


def _compacted(form: Format, text: str) -> tuple[Compaction, bytes]:
    match form:
        case Format.ISIL:
            return Compaction.APPLICATION, isil.pack(text)
        case Format.GTIN:
            return Compaction.APPLICATION, integer_bytes(int(text))
        case Format.USAGE:
            return Compaction.OCTETS, bytes.fromhex(text)
        case Format.TITLE:
            return Compaction.UTF8, text.encode()
        case _:
            return compact(text)


def _counters(counted: SetInformation) -> str:
    """Both counters with equally many digits; 0 of 0 needs two, as one zero byte means absent."""
    digits = len(str(max(counted.parts, counted.part) or 10))
    return f"{counted.parts:0{digits}d}{counted.part:0{digits}d}"


def _bitmap(oids: tuple[int, ...]) -> bytes:
    length = (max(oids) - FIRST_IN_BITMAP) // 8 + 1
    last = length * 8 - 1 + FIRST_IN_BITMAP
    return sum(1 << last - oid for oid in set(oids)).to_bytes(length, "big")
