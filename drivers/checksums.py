"""The 16-bit cyclic redundancy checks of tags and readers, as one table.

All share the polynomial 0x1021; they differ in the order of bits, in the start value, and in
whether the result is inverted (docs/protocols/readers.md, "Checksums").
"""

from binascii import crc_hqx
from dataclasses import dataclass

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Crc16:
    """One row of the table; calling it gives the check of `data` as a number 0…FFFF."""

    least_bit_first: bool
    inverted: bool
    start: int = 0xFFFF

    def __call__(self, data: bytes) -> int:
        if self.least_bit_first:
            crc = _turned(crc_hqx(data.translate(_MIRRORED), _turned(self.start)))
        else:
            crc = crc_hqx(data, self.start)
        return crc ^ 0xFFFF if self.inverted else crc


def _turned(crc: int) -> int:
    """The 16 bits in the opposite order."""
    return _MIRRORED[crc & 0xFF] << 8 | _MIRRORED[crc >> 8]


FEIG_HOST = Crc16(least_bit_first=True, inverted=False)
ISO15693_AIR = Crc16(least_bit_first=True, inverted=True)
BIBLIOTHECA_HOST = Crc16(least_bit_first=False, inverted=True)
METRATEC_HOST = Crc16(least_bit_first=True, inverted=False)
ISO28560_3 = Crc16(least_bit_first=False, inverted=False)
ISO14443_A = Crc16(least_bit_first=True, inverted=False, start=0x6363)
