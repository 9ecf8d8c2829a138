import pytest

from drivers.tags.iso15693 import FALLBACK_GEOMETRY, UNKNOWN_CHIP, chip_of, geometry_of
from drivers.uid import Uid


# docs/protocols/tags.md, "Chips"
@pytest.mark.parametrize(
    ("uid", "name", "size", "eas", "option"),
    [
        ("E0040100338607AE", "ICODE SLI", 112, True, False),
        ("E0040150338607AE", "ICODE SLIX", 112, True, False),
        ("E0040108338607AE", "ICODE SLIX2", 316, True, False),
        ("E0040200338607AE", "ICODE SLI-S / SLIX-S", 160, True, False),
        ("E0040300338607AE", "ICODE SLI-L / SLIX-L", 32, True, False),
        ("E007000012345678", "Tag-it HF-I Plus", 256, False, True),
        ("E007800012345678", "Tag-it HF-I Plus", 256, False, True),
        ("E007C00012345678", "Tag-it HF-I Standard", 32, False, True),
        ("E007990012345678", "Tag-it", 112, False, True),
        ("E002230012345678", "LRI2K", 256, False, False),
        ("E002160012345678", "LRI64", 8, False, False),
        ("E008012345678901", "MB89R118", 2000, False, False),
        ("E005400012345678", "my-d SRF55V02P", 112, False, False),
        ("E0FF012345678901", "unknown", 112, False, False),
    ],
)
def test_chips_by_uid(uid: str, name: str, size: int, *, eas: bool, option: bool) -> None:
    chip = chip_of(Uid(uid))
    assert (chip.name, chip.has_eas, chip.write_needs_option) == (name, eas, option)
    assert geometry_of(Uid(uid)).size == size


def test_a_strange_uid_gets_the_common_geometry() -> None:
    assert chip_of(Uid("0000000000000000")) is UNKNOWN_CHIP
    assert geometry_of(Uid("0000000000000000")) is FALLBACK_GEOMETRY
