"""How fast and how surely a pad reads what lies on it: measured, and put into figures and advice.

A station acts on what one inventory round says, so a book is read reliably when every round sees
it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from time import monotonic

from msgspec import Struct

from drivers.deadline import Deadline
from drivers.errors import DeviceSilent, FrameDamaged, TagError
from drivers.interfaces import TagReader
from drivers.uid import Uid

CALL_SECONDS = 2.0
READS_A_TAG = 3
FIRST_BLOCKS = 8
"""About what a station reads of each book; every chip has as many."""


@dataclass(frozen=True, slots=True)
class Round:
    """One inventory; `uids` is None when it failed."""

    seconds: float
    uids: frozenset[Uid] | None


@dataclass(frozen=True, slots=True)
class BlockRead:
    """One read of a tag's first blocks; `blocks` is 0 when it failed."""

    uid: Uid
    seconds: float
    blocks: int


class TagFigures(Struct, frozen=True, kw_only=True):
    """`share`: of the rounds that saw it, 0 to 1."""

    uid: Uid
    share: float
    failed_reads: int


class PadFigures(Struct, frozen=True, kw_only=True):
    """`tags`: seen at least once. `reliable`: seen in every round. `partial_rounds` missed at
    least one of them; `failed_rounds` ended with a fault of the line. Times in milliseconds.
    `seen_a_round`: tags of each round, in order.
    """

    rounds: int
    seconds: float
    rounds_a_second: float
    tags_a_second: float
    round_ms: float
    slowest_round_ms: float
    block_ms: float | None
    partial_rounds: int
    failed_rounds: int
    reliable: int
    tags: tuple[TagFigures, ...]
    seen_a_round: tuple[int, ...]
    advice: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether there is nothing to look after."""
        return not self.advice


def rounds_of(
    reader: TagReader, seconds: float, clock: Callable[[], float] = monotonic
) -> Iterator[Round]:
    """Inventories, one after the other; at least one."""
    until = clock() + seconds
    while True:
        began = clock()
        uids = _look(reader)
        yield Round(clock() - began, uids)
        if clock() >= until:
            return


def reads_of(
    reader: TagReader, uids: Iterable[Uid], clock: Callable[[], float] = monotonic
) -> Iterator[BlockRead]:
    """Each tag's first blocks, several times."""
    for uid in uids:
        for _ in range(READS_A_TAG):
            began = clock()
            blocks = _read(reader, uid)
            yield BlockRead(uid, clock() - began, blocks)


def figures(rounds: Sequence[Round], reads: Sequence[BlockRead]) -> PadFigures:
    """What was measured, in figures; `rounds` holds at least one."""
    seen = [one.uids for one in rounds if one.uids is not None]
    uids = sorted(frozenset[Uid]().union(*seen))
    tags = tuple(_tag(uid, seen, reads) for uid in uids)
    seconds = sum(one.seconds for one in rounds)
    blocks = sum(one.blocks for one in reads)
    partial = sum(len(each) < len(uids) for each in seen)
    failed = len(rounds) - len(seen)
    return PadFigures(
        rounds=len(rounds),
        seconds=round(seconds, 3),
        rounds_a_second=_a_second(len(rounds), seconds),
        tags_a_second=_a_second(sum(map(len, seen)), seconds),
        round_ms=_ms(median(one.seconds for one in rounds)),
        slowest_round_ms=_ms(max(one.seconds for one in rounds)),
        block_ms=_ms(sum(one.seconds for one in reads if one.blocks) / blocks) if blocks else None,
        partial_rounds=partial,
        failed_rounds=failed,
        reliable=sum(tag.share == 1 for tag in tags),
        tags=tags,
        seen_a_round=tuple(map(len, seen)),
        advice=tuple(_advice(tags, partial, failed)),
    )


def _look(reader: TagReader) -> frozenset[Uid] | None:
    try:
        seen = reader.inventory(Deadline.after(CALL_SECONDS))
    except (DeviceSilent, FrameDamaged):
        return None
    return frozenset(tag.uid for tag in seen)


def _read(reader: TagReader, uid: Uid) -> int:
    try:
        read = reader.read_blocks(uid, 0, FIRST_BLOCKS, Deadline.after(CALL_SECONDS))
    except (TagError, DeviceSilent, FrameDamaged):
        return 0
    return len(read.data) // read.block_size


def _tag(uid: Uid, seen: Sequence[frozenset[Uid]], reads: Iterable[BlockRead]) -> TagFigures:
    times = sum(uid in each for each in seen)
    failed = sum(read.uid == uid and not read.blocks for read in reads)
    return TagFigures(uid=uid, share=times / len(seen), failed_reads=failed)


def _advice(tags: Sequence[TagFigures], partial: int, failed: int) -> Iterator[str]:
    """Each says what was seen and what to do."""
    flickering = [tag for tag in tags if tag.share < 1]
    unreadable = [tag for tag in tags if tag.share == 1 and tag.failed_reads]
    if failed:
        yield f"{failed} rounds failed on the line: look at the cable, then at rate and parity."
    if not tags:
        yield "No tag was seen: lay as many books on the pad as readers bring, and start again."
    if flickering:
        yield (
            f"{len(flickering)} of {len(tags)} books flicker, {partial} rounds missed one: move "
            "their tags apart (not all in the same corner of the books), and metal away from the "
            "pad. If it stays so, tell readers to lay fewer books at once."
        )
    if unreadable:
        yield (
            f"{len(unreadable)} books are always seen but not always read: lay each alone on the "
            "pad; one that still fails needs a new tag."
        )


def _a_second(count: int, seconds: float) -> float:
    return round(count / seconds, 1) if seconds else 0.0


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
