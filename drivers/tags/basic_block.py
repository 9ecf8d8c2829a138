"""The basic block of ISO 28560-3: where its fields are, its checksum, and how to know one.

docs/protocols/tags.md, "ISO 28560-3".
"""

from binascii import crc_hqx
from enum import Enum

from drivers.tags.elements import CONTROL_CHARACTERS

BASIC_BLOCK, SHORT_BASIC_BLOCK = 34, 32
IDENTIFIER = slice(3, 19)
IDENTIFIER_LENGTH = 16
CHECKSUM = slice(19, 21)
OWNER = slice(21, 34)
FIRST_PRINTABLE = 0x20
LONG_IDENTIFIER = 1  # as first byte of the identifier: it stands in the library extension block


class Checksum(Enum):
    """How the stored checksum fits the data."""

    FITS = "fits"
    FITS_32_BYTES = "fits when bytes 32 and 33 are taken as zero"
    WRONG = "wrong"


def computed_checksum(basic: bytes) -> int:
    """CRC-16 (0x1021, from 0xFFFF) of the 34 bytes without the two of the checksum itself."""
    return crc_hqx(basic[: CHECKSUM.start] + basic[CHECKSUM.stop :], 0xFFFF)


def basic_block(memory: bytes) -> bytes:
    """The basic block; bytes that a small tag does not have count as zero."""
    return memory[:BASIC_BLOCK].ljust(BASIC_BLOCK, b"\x00")


def stored_checksum(basic: bytes) -> int:
    return int.from_bytes(basic[CHECKSUM], "little")


def checksum_of(memory: bytes) -> Checksum:
    """Whether a memory in its natural byte order is a sound basic block."""
    basic = basic_block(memory)
    if stored_checksum(basic) == computed_checksum(basic):
        return Checksum.FITS
    if stored_checksum(basic) == computed_checksum(basic_block(basic[:SHORT_BASIC_BLOCK])):
        return Checksum.FITS_32_BYTES
    return Checksum.WRONG


def looks_like(memory: bytes) -> bool:
    """Without its checksum: a printable identifier filled up with zeros, no part too many, and
    counters that are not text themselves.
    """
    basic = basic_block(memory)
    raw = basic[IDENTIFIER].rstrip(b"\x00")
    counters_fit = basic[2] <= basic[1] < FIRST_PRINTABLE
    return counters_fit and (_is_printable(raw) or raw == bytes([LONG_IDENTIFIER]))


def _is_printable(raw: bytes) -> bool:
    try:
        return bool(raw) and raw.decode().isprintable()
    except UnicodeDecodeError:
        return False


def resembles(memory: bytes) -> bool:
    """True when it is a basic block but for at most three odd bytes."""
    basic = basic_block(memory)
    text, _, rest = basic[IDENTIFIER].rstrip(b"\x00").partition(b"\x00")
    zeros = rest.count(0)
    odd = min(zeros + 1, len(rest) - zeros) + _control_characters(text + basic[OWNER])
    return any(basic[CHECKSUM]) and odd + (basic[1] < basic[2]) <= 3


def _control_characters(text: bytes) -> int:
    """How many, not counting zero bytes."""
    return len(CONTROL_CHARACTERS.findall(text.decode("latin-1"))) - text.count(0)
