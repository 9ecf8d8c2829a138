"""Which data model a tag follows, and what it says: the one door for reading any tag.

The order of the questions: docs/protocols/tags.md, "Detection".
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from msgspec import structs

from drivers.tags import iso28560_2, iso28560_3, rfid501
from drivers.tags.basic_block import (
    BASIC_BLOCK,
    CHECKSUM,
    SHORT_BASIC_BLOCK,
    Checksum,
    checksum_of,
    looks_like,
    resembles,
)
from drivers.tags.content import TagContent, TagModel
from drivers.tags.elements import by_name
from drivers.tags.memory_image import turned
from drivers.tags.problems import Problem, ProblemCode

FIRST_LOOK = 36  # bytes; enough to tell the model
BLANK_3M = b"\x55" * 24
NDEF = b"\xe1\x40"
PLAIN, TURNED = (False,), (True,)
BIBLIOTHECA_TAIL = slice(30, 32), b"\xf5\x55"


@dataclass(frozen=True)
class _Tag:
    """The bytes of one tag and what is known about it."""

    memory: bytes
    dsfid: int | None
    block_size: int
    zero_fill_to: int

    @cached_property
    def part_2(self) -> iso28560_2.Reading:
        return iso28560_2.read(self.memory, self.zero_fill_to)

    @cached_property
    def turned(self) -> bytes:
        return turned(self.memory, self.block_size)

    @property
    def says_part_2(self) -> bool:
        return self.dsfid == iso28560_2.DSFID

    @property
    def says_part_3(self) -> bool:
        return self.dsfid == iso28560_3.DSFID


def decode_tag(
    memory: bytes, *, dsfid: int | None = None, block_size: int = 4, zero_fill_to: int = 0
) -> TagContent:
    """What stands in a tag's user memory, byte 0 first. Never raises, whatever the bytes are.

    `dsfid` only breaks ties. `zero_fill_to`: see iso28560_2.read. `block_size` in bytes, at
    least 1, is needed to recognise reversed blocks.
    """
    tag = _Tag(bytes(memory), dsfid, block_size, zero_fill_to)
    for question in QUESTIONS:
        content = question(tag)
        if content is not None:
            return content
    return _unknown(ProblemCode.UNKNOWN_CONTENT, needs_more=len(tag.memory) < SHORT_BASIC_BLOCK)


def _unknown(code: ProblemCode, *, needs_more: bool = False) -> TagContent:
    return TagContent(model=TagModel.UNKNOWN, problems=(Problem.of(code),), needs_more=needs_more)


def _nothing(tag: _Tag) -> TagContent | None:
    return None if tag.memory else _unknown(ProblemCode.NOTHING_READ, needs_more=True)


def _blank(tag: _Tag) -> TagContent | None:
    """All 00, all 55, or as 3M delivers them: 24 bytes of 55, then 00."""
    first = tag.memory[:FIRST_LOOK]
    filled_3m = first.startswith(BLANK_3M) and set(first) <= {0x55, 0x00}
    if set(first) in ({0x00}, {0x55}) or filled_3m:
        return TagContent(model=TagModel.BLANK)
    return None


def _part_3(tag: _Tag) -> TagContent | None:
    """A checksum that fits; in turned blocks only where the plain ones do not look right already.

    Where it fits by chance, ISO 28560-2 may explain more: when it is announced, or when only the
    turned blocks fit and then hold no text.
    """
    orders = PLAIN if looks_like(tag.memory) else PLAIN + TURNED
    content = _part_3_where(tag, lambda memory: checksum_of(memory) is Checksum.FITS, orders)
    if content is None:
        return None
    by_chance = tag.says_part_2 or (content.layout.reversed_blocks and content.suspect)
    return None if by_chance and _part_2(tag) else content


def _part_3_where(
    tag: _Tag, fits: Callable[[bytes], bool], orders: tuple[bool, ...] = PLAIN + TURNED
) -> TagContent | None:
    """The memory as ISO 28560-3 in the first order of bytes (plain or turned) that fits."""
    if len(tag.memory) < CHECKSUM.stop:
        return None
    for in_reverse in orders:
        memory = tag.turned if in_reverse else tag.memory
        if fits(memory):
            return iso28560_3.read(memory, reversed_blocks=in_reverse, block_size=tag.block_size)
    return None


def _ndef(tag: _Tag) -> TagContent | None:
    if not tag.memory.startswith(NDEF):
        return None
    return TagContent(model=TagModel.NDEF, problems=(Problem.of(ProblemCode.NOT_A_LIBRARY_TAG),))


def _part_2(tag: _Tag) -> TagContent | None:
    """A chain that is announced or has at least two plausible sets, whole or cut by the end."""
    sound = tag.part_2.well_formed or tag.part_2.cut
    return tag.part_2.content if sound and _is_certainly_part_2(tag) else None


def _is_certainly_part_2(tag: _Tag) -> bool:
    """Data of a damaged ISO 28560-3 tag form a chain of two sets now and then: look at them from
    both sides. Where a chain begins with text, that has a large byte for a part number, or an
    unusual one for the type of usage.
    """
    if tag.says_part_2:
        return True
    if not tag.part_2.plausible or looks_like(tag.memory):
        return False
    count = len(by_name(tag.part_2.content.elements))
    begins_with_text = tag.memory[2] >= 0x20 or tag.part_2.begins_with_text
    outweighs = begins_with_text or tag.part_2.has_usual_set
    return count > 2 or (count == 2 and (outweighs or not resembles(tag.memory)))


def _rfid501(tag: _Tag) -> TagContent | None:
    return rfid501.read(tag.memory)


def _part_2_alone(tag: _Tag) -> TagContent | None:
    """A single set, and nothing else where a basic block would be."""
    chain = tag.part_2.chain
    alone = len(chain.sets) == 1 and not any(tag.memory[chain.end : BASIC_BLOCK])
    sound = tag.part_2.well_formed and tag.part_2.plausible
    return tag.part_2.content if alone and sound else None


def _bibliotheca(tag: _Tag) -> TagContent | None:
    place, tail = BIBLIOTHECA_TAIL
    return _unknown(ProblemCode.UNSUPPORTED_MODEL) if tag.memory[place] == tail else None


def _part_3_over_32_bytes(tag: _Tag) -> TagContent | None:
    return _part_3_where(tag, lambda memory: checksum_of(memory) is Checksum.FITS_32_BYTES)


def _part_3_suspect(tag: _Tag) -> TagContent | None:
    return _part_3_where(tag, looks_like, orders=PLAIN)


def _part_2_at_last(tag: _Tag) -> TagContent | None:
    """One sound set before other bytes, or a damaged chain that is announced or long enough;
    unless all this is rather a damaged basic block.
    """
    content = tag.part_2.content
    if tag.says_part_2 and tag.memory[0] & 0x0F in iso28560_2.FIRST_OIDS:
        return content
    sound = tag.part_2.well_formed or tag.part_2.cut
    if not sound and not (tag.part_2.begins_right and len(tag.part_2.chain.sets) >= 2):
        return None
    if resembles(tag.memory):
        return iso28560_3.read(tag.memory, block_size=tag.block_size)
    doubts = () if tag.part_2.plausible else (Problem.of(ProblemCode.CHAIN_DOUBTFUL),)
    return structs.replace(content, problems=content.problems + doubts)


def _part_3_suspect_reversed(tag: _Tag) -> TagContent | None:
    return _part_3_where(tag, looks_like, orders=TURNED)


QUESTIONS: tuple[Callable[[_Tag], TagContent | None], ...] = (
    _nothing,
    _blank,
    _part_3,
    _ndef,
    _part_2,
    _rfid501,
    _part_2_alone,
    _bibliotheca,
    _part_3_over_32_bytes,
    _part_3_suspect,
    _part_2_at_last,
    _part_3_suspect_reversed,
)
