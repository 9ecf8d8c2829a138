"""Compaction of ISO/IEC 15962: how a text becomes the bytes of one data set, and back.

Codes, widths and padding: docs/protocols/tags.md, "Compaction".
"""

import re
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from typing import NamedTuple


class Compaction(IntEnum):
    """Bits 7 to 5 of a precursor."""

    APPLICATION = 0  # the element says how
    INTEGER = 1
    NUMERIC = 2
    FIVE_BIT = 3
    SIX_BIT = 4
    SEVEN_BIT = 5
    OCTETS = 6  # ISO 8859-1
    UTF8 = 7


def integer_bytes(number: int) -> bytes:
    """Unsigned, big-endian, the fewest bytes, at least one."""
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def _integer(text: str) -> bytes:
    return integer_bytes(int(text))


def _numeric(text: str) -> bytes:
    return bytes.fromhex(text + "F" * (len(text) % 2))


def _packed(text: str, width: int, padding: str) -> bytes:
    """The low `width` bits of each character, filled up to whole bytes."""
    bits = "".join(f"{ord(character) % 2**width:0{width}b}" for character in text)
    bits += padding[: -len(bits) % 8]
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


class Writer(NamedTuple):
    """Which texts a compaction can carry safely, and how."""

    fits: re.Pattern[str]
    write: Callable[[str], bytes]


# Below these lengths encoders in the field use UTF-8, and some readers expect it. "00" would
# become one zero byte, which means "absent"; a last space in 6-bit code reads as padding.
WRITERS = {
    Compaction.INTEGER: Writer(re.compile("[1-9][0-9]{1,18}"), _integer),
    Compaction.NUMERIC: Writer(re.compile("(?!00$)[0-9]{2,}"), _numeric),
    Compaction.FIVE_BIT: Writer(
        re.compile("[A-_]{3,}"), partial(_packed, width=5, padding="0" * 7)
    ),
    Compaction.SIX_BIT: Writer(
        re.compile("[ -_]{3,}[!-_]"), partial(_packed, width=6, padding="100000")
    ),
    Compaction.SEVEN_BIT: Writer(
        re.compile("[\x00-\x7e]{8,}"), partial(_packed, width=7, padding="1" * 7)
    ),
    Compaction.UTF8: Writer(re.compile("(?s:.*)"), str.encode),
}


def compact(text: str) -> tuple[Compaction, bytes]:
    """The shortest form of a text; of equally short ones that with the lowest code."""
    forms = [
        (code, writer.write(text))
        for code, writer in WRITERS.items()
        if writer.fits.fullmatch(text)
    ]
    return min(forms, key=lambda form: (len(form[1]), form[0]))


def _digits(data: bytes) -> str:
    digits = data.hex().upper().removesuffix("F")
    if not digits.isdecimal():
        raise ValueError("numeric code holds a nibble that is no digit")
    return digits


def _groups(data: bytes, width: int) -> list[int]:
    bits = int.from_bytes(data, "big")
    length = len(data) * 8
    mask = 2**width - 1
    return [bits >> length - end & mask for end in range(width, length + 1, width)]


def _five_bit(data: bytes) -> str:
    groups = _groups(data, 5)
    if groups[-1:] == [0]:
        groups.pop()
    if 0 in groups:
        raise ValueError("5-bit code holds a zero group")
    return "".join(chr(0x40 + group) for group in groups)


def _six_bit(data: bytes) -> str:
    groups = _groups(data, 6)
    if len(data) % 3 == 0 and groups[-1:] == [0b100000]:
        groups.pop()
    return "".join(chr(group if group >= 32 else group + 64) for group in groups)


def _seven_bit(data: bytes) -> str:
    groups = _groups(data, 7)
    if groups[-1:] == [0x7F]:
        groups.pop()
    return "".join(map(chr, groups))


def _octets(data: bytes) -> str:
    return data.decode("latin-1").rstrip("\x00")


READERS: dict[Compaction, Callable[[bytes], str]] = {
    Compaction.APPLICATION: _octets,
    Compaction.INTEGER: lambda data: str(int.from_bytes(data, "big")),
    Compaction.NUMERIC: _digits,
    Compaction.FIVE_BIT: _five_bit,
    Compaction.SIX_BIT: _six_bit,
    Compaction.SEVEN_BIT: _seven_bit,
    Compaction.OCTETS: _octets,
    Compaction.UTF8: lambda data: data.decode().rstrip("\x00"),
}


def expand(code: Compaction, data: bytes) -> str:
    """The text of compacted bytes. Raises ValueError when they are none of that code."""
    return READERS[code](data)
