"""All that a tag on a pad holds, read at once through any pad."""

from dataclasses import dataclass
from functools import cached_property

from drivers.deadline import Deadline
from drivers.errors import TagUnreadable
from drivers.facts import TagSeen
from drivers.interfaces import SystemInformation, TagReader
from drivers.tags.content import TagContent
from drivers.tags.detect import decode_tag
from drivers.tags.iso15693 import Chip, chip_of, geometry_of
from drivers.uid import Uid

READ_SECONDS = 10.0
"""For a whole memory; the largest takes 3 s on a slow line."""

CALL_SECONDS = 2.0


@dataclass(frozen=True)
class WholeTag:
    """What a tag holds. `afi` is None where its chip tells none."""

    uid: Uid
    dsfid: int
    afi: int | None
    block_size: int
    memory: bytes

    @property
    def chip(self) -> Chip:
        return chip_of(self.uid)

    @property
    def blocks(self) -> tuple[bytes, ...]:
        return blocks_of(self.memory, self.block_size)

    @cached_property
    def content(self) -> TagContent:
        """What it says."""
        return decode_tag(self.memory, dsfid=self.dsfid, block_size=self.block_size)


def read_tag(reader: TagReader, seen: TagSeen) -> WholeTag:
    """All that a tag on the pad holds. Raises as every call of a TagReader."""
    told = _told(reader, seen.uid)
    count = _memory_blocks(seen.uid, told)
    read = reader.read_blocks(seen.uid, 0, count, Deadline.after(READ_SECONDS))
    dsfid, afi = (told.dsfid, told.afi) if told else (seen.dsfid, None)
    return WholeTag(seen.uid, dsfid, afi, read.block_size, read.data)


def _told(reader: TagReader, uid: Uid) -> SystemInformation | None:
    """None of a chip that does not tell."""
    try:
        return reader.system_information(uid, Deadline.after(CALL_SECONDS))
    except TagUnreadable:
        return None


def _memory_blocks(uid: Uid, told: SystemInformation | None) -> int:
    """A chip may count a block that is no memory."""
    counted = told.block_count if told else None
    counter = chip_of(uid).counter_block
    count = counted or geometry_of(uid).blocks
    return min(count, counter) if counter is not None else count


def blocks_of(memory: bytes, size: int) -> tuple[bytes, ...]:
    """The memory, cut."""
    return tuple(memory[at : at + size] for at in range(0, len(memory), size))
