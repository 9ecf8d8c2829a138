"""Chips of ISO 15693 tags, told by their UID.

The table and how sure each row is: docs/protocols/tags.md, "Chips". What a chip tells of itself
(Get System Information) always goes before this table.
"""

from typing import NamedTuple

from drivers.uid import Uid


class Geometry(NamedTuple):
    """User memory that may be written: blocks, and bytes in each."""

    blocks: int
    block_size: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.blocks * self.block_size


FALLBACK_GEOMETRY = Geometry(28, 4)


class Chip(NamedTuple):
    """What is known of a chip. `geometry` is None where its kinds differ: ask the chip. A chip may
    count one block more than its memory: the `counter_block`.
    """

    manufacturer: str
    name: str
    geometry: Geometry | None = None
    has_eas: bool = False
    write_needs_option: bool = False
    counter_block: int | None = None


class _Row(NamedTuple):
    """Chips whose UID, a 64-bit number, has `value` in the bits of `mask`."""

    value: int
    mask: int
    chip: Chip


def _starting(prefix: str, chip: Chip) -> _Row:
    """Chips whose UID starts with these hexadecimal digits."""
    shift = 64 - 4 * len(prefix)
    return _Row(int(prefix, 16) << shift, (1 << 64) - (1 << shift), chip)


def _icode(bits_36_35: int, chip: Chip) -> _Row:
    """NXP tells its first ICODE family apart by two bits behind the type byte."""
    row = _starting("E00401", chip)
    return _Row(row.value | bits_36_35 << 35, row.mask | 3 << 35, chip)


def _st(product: int, chip: Chip) -> _Row:
    """ST keeps its product code in the upper six bits of the third byte."""
    return _Row(0xE002 << 48 | product << 42, 0xFFFF << 48 | 0x3F << 42, chip)


def _nxp(name: str, blocks: int, counter_block: int | None = None) -> Chip:
    return Chip("NXP", name, Geometry(blocks, 4), has_eas=True, counter_block=counter_block)


def _ti(name: str, blocks: int) -> Chip:
    return Chip("Texas Instruments", name, Geometry(blocks, 4), write_needs_option=True)


CHIPS = (
    _icode(0b00, _nxp("ICODE SLI", 28)),
    _icode(0b10, _nxp("ICODE SLIX", 28)),
    _icode(0b01, _nxp("ICODE SLIX2", 79, counter_block=79)),
    _starting("E00402", _nxp("ICODE SLI-S / SLIX-S", 40)),
    _starting("E00403", _nxp("ICODE SLI-L / SLIX-L", 8)),
    _starting("E004", Chip("NXP", "ICODE", has_eas=True)),
    _starting("E00700", _ti("Tag-it HF-I Plus", 64)),
    _starting("E00710", _ti("Tag-it HF-I Plus", 64)),
    _starting("E00780", _ti("Tag-it HF-I Plus", 64)),
    _starting("E007C0", _ti("Tag-it HF-I Standard", 8)),
    _starting("E007C4", _ti("Tag-it HF-I Pro", 8)),
    _starting("E007", Chip("Texas Instruments", "Tag-it", write_needs_option=True)),
    _st(0x08, Chip("STMicroelectronics", "LRI2K", Geometry(64, 4))),
    _st(0x0A, Chip("STMicroelectronics", "LRIS2K", Geometry(64, 4))),
    _st(0x05, Chip("STMicroelectronics", "LRI64", Geometry(8, 1))),
    _starting("E002", Chip("STMicroelectronics", "LRI or ST25")),
    _starting("E00540", Chip("Infineon", "my-d SRF55V02P")),
    _starting("E00500", Chip("Infineon", "my-d SRF55V10P")),
    _starting("E005", Chip("Infineon", "my-d")),
    _starting("E008", Chip("Fujitsu", "MB89R118", Geometry(250, 8))),
    _starting("E016", Chip("EM Microelectronic", "EM4x3x")),
    _starting("E01D", Chip("Fudan Microelectronics", "FM13HF")),
)
UNKNOWN_CHIP = Chip("unknown", "unknown")


def chip_of(uid: Uid) -> Chip:
    """The most exact row of the table that fits, or UNKNOWN_CHIP."""
    number = int(uid, 16)
    return next((row.chip for row in CHIPS if number & row.mask == row.value), UNKNOWN_CHIP)


def geometry_of(uid: Uid) -> Geometry:
    """User memory to count with when the chip does not tell it."""
    return chip_of(uid).geometry or FALLBACK_GEOMETRY
