"""The 16-bit cyclic redundancy checks of tags and readers, as one table.

All share the polynomial 0x1021 and the start value FFFF; they differ in the order of bits and in
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

    def __call__(self, data: bytes) -> int:
        if self.least_bit_first:
            mirrored = crc_hqx(data.translate(_MIRRORED), 0xFFFF)
            crc = _MIRRORED[mirrored & 0xFF] << 8 | _MIRRORED[mirrored >> 8]
        else:
            crc = crc_hqx(data, 0xFFFF)
        return crc ^ 0xFFFF if self.inverted else crc


FEIG_HOST = Crc16(least_bit_first=True, inverted=False)
ISO15693_AIR = Crc16(least_bit_first=True, inverted=True)
ISO28560_3 = Crc16(least_bit_first=False, inverted=False)
