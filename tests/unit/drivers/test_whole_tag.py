"""A tag read and written as a whole: locked, torn away, disturbed at every step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, TagLeft, TagLocked, TagUnreadable
from drivers.facts import TagSeen
from drivers.interfaces import DeviceIdentity, SystemInformation, TagBlocks
from drivers.simulators.virtual_tags import CHIPS, TagRefusal, VirtualTag
from drivers.tag_writing import write_afi, write_content, write_dsfid, write_memory
from drivers.tags.content import TagModel
from drivers.tags.elements import elements_named
from drivers.tags.encode import encode_tag
from drivers.uid import Uid
from drivers.whole_tag import read_tag

UID = Uid("E0040150338607AE")
OLD, NEW = "TK.00003", "TK.00417"


def memory_of(number: str, size: int, model: TagModel = TagModel.ISO28560_3) -> bytes:
    elements = {"primary_item_identifier": number, "owner_institution": "VN-LC"}
    return encode_tag(model, elements_named(elements), size)


@dataclass
class Reader:
    """One tag on a pad. `before_write` may raise; `writes` counts what took effect."""

    tag: VirtualTag
    before_write: Callable[[int], None] = lambda _number: None
    writes: int = 0

    def read_blocks(self, uid: Uid, first: int, count: int, deadline: Deadline) -> TagBlocks:
        last = min(first + count, self.tag.chip.blocks)
        data = b"".join(self.tag.read(at) for at in range(first, last))
        return TagBlocks(first, self.tag.chip.block_size, data)

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation:
        chip = self.tag.chip
        return SystemInformation(
            uid, self.tag.dsfid, self.tag.afi, chip.block_size, chip.blocks, chip.reference
        )

    def write_blocks(self, uid: Uid, first: int, data: bytes, deadline: Deadline) -> None:
        self._write(lambda: self.tag.write(first, data, option=False))

    def write_afi(self, uid: Uid, afi: int, deadline: Deadline) -> None:
        self._write(lambda: self.tag.write_afi(afi, option=False))

    def write_dsfid(self, uid: Uid, dsfid: int, deadline: Deadline) -> None:
        self._write(lambda: self.tag.write_dsfid(dsfid, option=False))

    def _write(self, write: Callable[[], None]) -> None:
        self.before_write(self.writes)
        try:
            write()
        except TagRefusal as refusal:
            raise TagLocked(str(refusal), UID) from refusal
        self.writes += 1

    def open(self, deadline: Deadline) -> DeviceIdentity:
        return DeviceIdentity("played", "pad", "1")

    def close(self) -> None: ...
    def cancel(self) -> None: ...
    def inventory(self, deadline: Deadline) -> tuple[TagSeen, ...]:
        return (TagSeen(self.tag.uid, self.tag.dsfid),)


def reader_of(memory: bytes, chip: str = "icode-slix") -> Reader:
    return Reader(VirtualTag(UID, CHIPS[chip], bytearray(memory)))


def seen(reader: Reader) -> TagSeen:
    return reader.inventory(Deadline.after(1))[0]


@pytest.mark.parametrize(("chip", "size"), [("icode-slix", 112), ("icode-slix2", 316)])
def test_the_whole_memory_is_read_and_never_the_counter_block(chip: str, size: int) -> None:
    uid = Uid(CHIPS[chip].uid_start + "338607AE")
    reader = Reader(VirtualTag(uid, CHIPS[chip], bytearray(memory_of(OLD, 112))))
    tag = read_tag(reader, seen(reader))
    assert len(tag.memory) == size
    assert (tag.content.item_identifier, tag.afi) == (OLD, 0)


def test_only_blocks_that_differ_are_written() -> None:
    reader = reader_of(memory_of(OLD, 112))
    write_memory(reader, read_tag(reader, seen(reader)), memory_of(OLD, 112))
    assert reader.writes == 0
    write_memory(reader, read_tag(reader, seen(reader)), memory_of(NEW, 112))
    assert 0 < reader.writes < 8
    assert bytes(reader.tag.memory) == memory_of(NEW, 112)


@pytest.mark.parametrize("model", [TagModel.ISO28560_2, TagModel.ISO28560_3])
@pytest.mark.parametrize("at", range(12))
def test_tag_torn_away_in_the_middle_never_carries_a_mixed_number(model: TagModel, at: int) -> None:
    reader = reader_of(memory_of(OLD, 112, model))

    def tear(number: int) -> None:
        if number == at:
            raise TagLeft("lifted", UID)

    reader.before_write = tear
    left = read_tag(reader, seen(reader))
    try:
        write_memory(reader, left, memory_of("XY.98765432", 112, model))
    except TagLeft:
        assert read_tag(reader, seen(reader)).content.item_identifier in {OLD, None}
    else:
        assert read_tag(reader, seen(reader)).content.item_identifier == "XY.98765432"


AMBIGUOUS = bytes.fromhex(
    "11 03 02 33 31 32 33 34 30 30 30 30 31 32 33 34 37 00 00 29 78 56 4E 48 4E 30 31"
).ljust(112, b"\0")
"""31234000012347 in ISO 28560-3; with the DSFID of ISO 28560-2 it is read as another number."""


@pytest.mark.parametrize("at", range(16))
def test_tag_torn_away_while_its_model_changes_is_never_read_in_the_wrong_one(at: int) -> None:
    reader = reader_of(memory_of(OLD, 112, TagModel.ISO28560_2))
    reader.tag.dsfid = 0x06

    def tear(number: int) -> None:
        if number == at:
            raise TagLeft("lifted", UID)

    reader.before_write = tear
    with suppress(TagLeft):
        write_content(reader, read_tag(reader, seen(reader)), AMBIGUOUS, 0x3E)
    left = read_tag(reader, seen(reader))
    assert left.content.item_identifier in {OLD, None, "31234000012347"}
    if at == 15:
        assert (left.content.item_identifier, left.dsfid) == ("31234000012347", 0x3E)


def test_locked_dsfid_is_told_and_the_memory_is_as_it_was() -> None:
    before = memory_of(OLD, 112, TagModel.ISO28560_2)
    reader = reader_of(before)
    reader.tag.dsfid, reader.tag.dsfid_locked = 0x06, True
    with pytest.raises(TagLocked, match="DSFID 3E"):
        write_content(reader, read_tag(reader, seen(reader)), AMBIGUOUS, 0x3E)
    assert bytes(reader.tag.memory) == before


@pytest.mark.parametrize("locked", [0, 1, 2, 5])
def test_locked_block_is_named_and_the_tag_is_as_it_was(locked: int) -> None:
    before = memory_of(OLD, 112)
    reader = reader_of(before)
    reader.tag.locked_blocks = {locked}
    tag = read_tag(reader, seen(reader))
    with pytest.raises(TagLocked, match=rf"block {locked} .*the tag is as it was"):
        write_memory(reader, tag, bytes(112 - 24).rjust(112, b"\xa5"))
    assert bytes(reader.tag.memory) == before


def test_block_locked_with_the_wanted_data_is_no_hindrance() -> None:
    reader = reader_of(memory_of(OLD, 112))
    reader.tag.locked_blocks = {27}
    write_memory(reader, read_tag(reader, seen(reader)), memory_of(NEW, 112))
    assert bytes(reader.tag.memory) == memory_of(NEW, 112)


def test_writes_that_say_well_and_do_nothing_are_found_by_reading_back() -> None:
    reader = reader_of(memory_of(OLD, 112))
    reader.tag.memory = Stubborn(reader.tag.memory)
    with pytest.raises(TagLocked, match="block 1, 2"):
        write_memory(reader, read_tag(reader, seen(reader)), memory_of("XX.99999", 112))


class Stubborn(bytearray):
    """Blocks 1 and 2 are worn out."""

    def __setitem__(self, where: object, data: object) -> None:
        if isinstance(where, slice) and where.start not in {4, 8}:
            super().__setitem__(where, data)  # type: ignore[call-overload]


def test_lost_answers_are_made_good_by_another_round() -> None:
    reader = reader_of(bytes(112))
    lost = {1, 3}

    def lose(number: int) -> None:
        if number in lost:
            lost.remove(number)
            raise DeviceSilent("no answer")

    reader.before_write = lose
    write_memory(reader, read_tag(reader, seen(reader)), memory_of(NEW, 112))
    assert not lost
    assert bytes(reader.tag.memory) == memory_of(NEW, 112)


def test_afi_and_dsfid_are_proved_and_a_locked_one_is_told() -> None:
    reader = reader_of(bytes(112))
    write_afi(reader, UID, 0x07)
    write_dsfid(reader, UID, 0x3E)
    assert (reader.tag.afi, reader.tag.dsfid) == (0x07, 0x3E)
    reader.tag.afi_locked = True
    write_afi(reader, UID, 0x07)
    with pytest.raises(TagLocked, match="AFI C2"):
        write_afi(reader, UID, 0xC2)


def test_afi_that_never_takes_is_not_called_written() -> None:
    reader = reader_of(bytes(112))

    def lose(_number: int) -> None:
        raise DeviceSilent("no answer")

    reader.before_write = lose
    with pytest.raises(TagUnreadable, match="after 3 tries"):
        write_afi(reader, UID, 0xC2)
