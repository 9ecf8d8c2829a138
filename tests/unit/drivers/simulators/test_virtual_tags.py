import pytest

from drivers.simulators.virtual_tags import (
    ALREADY_LOCKED,
    CHIPS,
    LOCKED,
    NO_SUCH_BLOCK,
    OPTION_NOT_SUPPORTED,
    UNKNOWN_ERROR,
    PadField,
    TagMemory,
    TagRefusal,
    VirtualTag,
)
from drivers.uid import Uid

UID = Uid("E0040150338607AE")


def refused_with(code: int, act: object, *arguments: object, **options: object) -> bool:
    with pytest.raises(TagRefusal) as refusal:
        act(*arguments, **options)  # type: ignore[operator]
    return refusal.value.code == code


def test_a_locked_block_keeps_its_content() -> None:
    tag = VirtualTag(UID)
    tag.write(3, b"abcd", option=False)
    tag.lock(3, option=False)
    assert refused_with(LOCKED, tag.write, 3, b"wxyz", option=False)
    assert refused_with(ALREADY_LOCKED, tag.lock, 3, option=False)
    assert tag.read(3) == b"abcd"
    assert tag.is_locked(3)


def test_a_locked_afi_and_dsfid_stay() -> None:
    tag = VirtualTag(UID, afi=0x07, dsfid=0x3E)
    tag.lock_afi(option=False)
    tag.lock_dsfid(option=False)
    assert refused_with(LOCKED, tag.write_afi, 0xC2, option=False)
    assert refused_with(LOCKED, tag.write_dsfid, 0x06, option=False)
    assert (tag.afi, tag.dsfid) == (0x07, 0x3E)


@pytest.mark.parametrize("block", [-1, 28, 255])
def test_memory_ends_where_the_chip_says(block: int) -> None:
    tag = VirtualTag(UID)
    assert refused_with(NO_SUCH_BLOCK, tag.read, block)
    assert refused_with(NO_SUCH_BLOCK, tag.write, block, bytes(4), option=False)


def test_the_counter_of_an_slix2_is_no_memory() -> None:
    tag = VirtualTag(UID, CHIPS["icode-slix2"])
    assert refused_with(UNKNOWN_ERROR, tag.write, 79, bytes(4), option=False)
    assert tag.read(79) == bytes(4)


def test_a_tag_it_chip_writes_only_with_the_option_flag() -> None:
    tag = VirtualTag(Uid("E007000012345678"), CHIPS["tag-it-hf-i-plus"])
    assert refused_with(OPTION_NOT_SUPPORTED, tag.write_afi, 0xC2, option=False)
    tag.write_afi(0xC2, option=True)
    assert tag.afi == 0xC2


def test_what_a_tag_keeps_makes_the_same_tag_again() -> None:
    tag = VirtualTag(UID, CHIPS["icode-slix2"], bytearray(b"\x11\x01"), afi=7, dsfid=0x3E, eas=True)
    tag.lock(2, option=False)
    tag.lock_afi(option=False)
    kept = tag.to_memory()
    assert VirtualTag.from_memory(kept).to_memory() == kept
    assert len(kept.blocks) == 80 * 4 * 2


def test_memory_that_does_not_fit_the_chip_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        VirtualTag.from_memory(TagMemory(uid=UID, blocks="00" * 113))


def test_a_quiet_tag_wakes_when_it_is_laid_down_again() -> None:
    tag = VirtualTag(UID)
    pad = PadField([tag])
    tag.quiet = True
    pad.lift(UID)
    pad.lay(tag)
    assert not tag.quiet


def test_lifting_what_is_not_there_is_harmless() -> None:
    pad = PadField()
    pad.lift(UID)
    assert pad.tags() == ()
