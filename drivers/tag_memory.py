"""What is alike in all pad drivers: how large a tag's memory is, and a read that goes beyond it."""

from collections.abc import Callable
from typing import Protocol

from drivers.deadline import Deadline
from drivers.errors import TagUnreadable
from drivers.interfaces import SystemInformation, TagBlocks
from drivers.tags.iso15693 import Geometry, geometry_of
from drivers.uid import Uid


class Telling(Protocol):
    """A pad that lets a tag tell of itself, as every TagReader."""

    def system_information(self, uid: Uid, deadline: Deadline) -> SystemInformation: ...


def told_geometry(pad: Telling, uid: Uid, deadline: Deadline) -> Geometry:
    """What the chip tells; what is usual for its kind where it tells nothing."""
    usual = geometry_of(uid)
    try:
        told = pad.system_information(uid, deadline)
    except TagUnreadable:
        return usual
    return Geometry(told.block_count or usual.blocks, told.block_size or usual.block_size)


def blocks_that_are_there(
    read: Callable[[int], TagBlocks], pad: Telling, uid: Uid, asked: range, deadline: Deadline
) -> TagBlocks:
    """`read(count)` gives so many blocks from `asked.start` on. A tag that refuses to give what it
    has not gives what it has. Raises TagUnreadable for any other refusal.
    """
    try:
        return read(len(asked))
    except TagUnreadable:
        end = told_geometry(pad, uid, deadline).blocks
        if not asked.start < end < asked.stop:
            raise
        return read(end - asked.start)


def whole_blocks(data: bytes, size: int) -> list[bytes]:
    """Data for a write, cut. Raises ValueError for a part of a block."""
    if len(data) % size:
        raise ValueError(f"{len(data)} bytes are no whole blocks of {size}")
    return [data[at : at + size] for at in range(0, len(data), size)]
