"""A tag's content written through any pad, and proved by reading back.

A write is tried again only after a reading showed that it did not take effect.
"""

from collections.abc import Callable, Iterator

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceSilent,
    FrameDamaged,
    TagError,
    TagLeft,
    TagLocked,
    TagUnreadable,
)
from drivers.interfaces import SystemInformation, TagReader
from drivers.uid import Uid
from drivers.whole_tag import CALL_SECONDS, READ_SECONDS, WholeTag, blocks_of

WRITE_TRIES = 3

Told = Callable[[int, int], None]
"""Blocks that were written so far, and how many there are to write."""


def write_content(
    reader: TagReader,
    tag: WholeTag,
    wanted: bytes,
    dsfid: int,
    told: Told = lambda _done, _of: None,
) -> None:
    """Memory and DSFID, which says how the memory is to be read: it changes while the first block
    is empty. Raises as `write_memory` and `write_dsfid`; the memory is as it was then.
    """
    if tag.dsfid != dsfid:
        write_memory(reader, tag, bytes(tag.block_size) + wanted[tag.block_size :], told)
        try:
            write_dsfid(reader, tag.uid, dsfid)
        except (TagLocked, TagUnreadable):
            write_memory(reader, tag, tag.memory, told)
            raise
    write_memory(reader, tag, wanted, told)


def write_memory(
    reader: TagReader, tag: WholeTag, wanted: bytes, told: Told = lambda _done, _of: None
) -> None:
    """Bring the memory to `wanted`, which is as long as the tag's own.

    The first block is emptied before any other is touched, and written last: a tag that is taken
    away in the middle carries no number, never a mixed one. Raises TagLocked when some blocks do
    not take what they shall hold; the tag is as it was then, if it says so.
    """
    stubborn = _bring_about(reader, tag, wanted, told)
    if not stubborn:
        return
    spoilt = _bring_about(reader, tag, tag.memory, told)
    after = "it is damaged now; write it again" if spoilt else "the tag is as it was"
    numbers = ", ".join(map(str, stubborn))
    raise TagLocked(
        f"tag {tag.uid}: block {numbers} does not take what it shall hold, it is locked or worn "
        f"out; {after}, and this item needs a new tag",
        tag.uid,
    )


def write_afi(reader: TagReader, uid: Uid, afi: int) -> None:
    """Raises TagLocked, or TagUnreadable when it could not be proved."""
    _bring_byte_about(
        reader,
        uid,
        f"the AFI {afi:02X}",
        lambda: reader.write_afi(uid, afi, Deadline.after(CALL_SECONDS)),
        lambda told: told.afi == afi,
    )


def write_dsfid(reader: TagReader, uid: Uid, dsfid: int) -> None:
    """As `write_afi`."""
    _bring_byte_about(
        reader,
        uid,
        f"the DSFID {dsfid:02X}",
        lambda: reader.write_dsfid(uid, dsfid, Deadline.after(CALL_SECONDS)),
        lambda told: told.dsfid == dsfid,
    )


def _bring_about(reader: TagReader, tag: WholeTag, wanted: bytes, told: Told) -> tuple[int, ...]:
    """The blocks that do not hold what they shall."""
    goal = blocks_of(wanted, tag.block_size)
    for _ in range(WRITE_TRIES):
        steps = tuple(_steps(_blocks_now(reader, tag), goal))
        if not steps:
            return ()
        locked = _write(reader, tag.uid, steps, told)
        if locked is not None:
            return (locked,)
    found = _blocks_now(reader, tag)
    return tuple(at for at, block in enumerate(goal) if found[at] != block)


def _steps(found: tuple[bytes, ...], goal: tuple[bytes, ...]) -> Iterator[tuple[int, bytes]]:
    """What to write where, in an order that is safe to be cut."""
    empty = bytes(len(goal[0]))
    rest = [(at, goal[at]) for at in range(1, len(goal)) if found[at] != goal[at]]
    if rest and found[0] != empty:
        yield 0, empty
    yield from rest
    first = empty if rest else found[0]
    if goal[0] != first:
        yield 0, goal[0]


def _write(
    reader: TagReader, uid: Uid, steps: tuple[tuple[int, bytes], ...], told: Told
) -> int | None:
    """Write each once; the number of a block that says it is locked ends it."""
    for done, (at, block) in enumerate(steps, 1):
        try:
            reader.write_blocks(uid, at, block, Deadline.after(CALL_SECONDS))
        except TagLocked:
            return at
        except TagLeft:
            raise
        except (TagError, DeviceSilent, FrameDamaged):
            pass  # what became of it, only a reading tells
        told(done, len(steps))
    return None


def _blocks_now(reader: TagReader, tag: WholeTag) -> tuple[bytes, ...]:
    count = len(tag.blocks)
    read = reader.read_blocks(tag.uid, 0, count, Deadline.after(READ_SECONDS))
    if len(read.data) != len(tag.memory):
        raise TagUnreadable(
            f"tag {tag.uid} gave {len(read.data)} bytes and {len(tag.memory)} before; lay it flat",
            tag.uid,
        )
    return blocks_of(read.data, tag.block_size)


def _bring_byte_about(
    reader: TagReader,
    uid: Uid,
    what: str,
    write: Callable[[], None],
    holds: Callable[[SystemInformation], bool],
) -> None:
    for _ in range(WRITE_TRIES):
        locked = _is_locked(write)
        if holds(reader.system_information(uid, Deadline.after(CALL_SECONDS))):
            return
        if locked:
            raise TagLocked(f"tag {uid} does not take {what}: it is locked; use a new tag", uid)
    raise TagUnreadable(
        f"tag {uid} does not hold {what} after {WRITE_TRIES} tries; lay it flat and alone", uid
    )


def _is_locked(write: Callable[[], None]) -> bool:
    """One write. Its answer, a fault or none at all prove nothing: only the reading does."""
    try:
        write()
    except TagLocked:
        return True
    except TagLeft:
        raise
    except (TagError, DeviceSilent, FrameDamaged):
        pass  # as above
    return False
