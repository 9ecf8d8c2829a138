"""ISO 28560-2: a chain of data sets, any of the 26 elements in any length.

Layout and vectors: docs/protocols/tags.md, "ISO 28560-2".
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from drivers.tags.compaction import Compaction
from drivers.tags.content import TagContent, TagModel
from drivers.tags.data_sets import LONGEST, Chain, DataSet, Ending, read_chain, set_bytes
from drivers.tags.element_rules import checked
from drivers.tags.element_values import USAGE_COMPACTIONS, read_value, write_value
from drivers.tags.elements import (
    ILL_OID,
    ITEM_OID,
    OWNER_OID,
    SET_OID,
    TITLE_OID,
    USAGE_OID,
    Element,
    Elements,
    ElementValue,
    Format,
    element_of,
    elements_of,
    present,
    unprintable,
)
from drivers.tags.memory_image import filled
from drivers.tags.problems import EncodingCode, Problem, ProblemCode, TagEncodingError

DSFID = 0x06
BEGINNINGS = ([1], [2, 1])  # the item's number, or the content parameter first
FIRST_OIDS = {1, 2}


class Reading(NamedTuple):
    """A memory read as ISO 28560-2, with what detection asks."""

    content: TagContent
    chain: Chain

    @property
    def begins_right(self) -> bool:
        oids = [data_set.oid for data_set in self.chain.sets]
        return any(oids[: len(beginning)] == beginning for beginning in BEGINNINGS)

    @property
    def well_formed(self) -> bool:
        """It begins with the item's number, ends properly, and everything between is sound."""
        return self.begins_right and self.content.valid and bool(self.content.item_identifier)

    @property
    def cut(self) -> bool:
        """Well-formed as far as it goes, but the memory given ends inside a data set."""
        codes = [problem.code for problem in self.content.problems]
        return self.begins_right and codes == [ProblemCode.CHAIN_CUT]

    @property
    def plausible(self) -> bool:
        """Each value is one that might have been written. Other data that happen to form a chain
        give odd values, endless numbers, or in 6-bit code runs of "@" where they are zero.
        """
        try:
            checked(self.content.elements)
        except TagEncodingError:
            return False
        return all(map(_is_plausible, self.chain.sets))

    @property
    def begins_with_text(self) -> bool:
        return self.chain.sets[0].compaction >= Compaction.FIVE_BIT

    @property
    def has_usual_set(self) -> bool:
        """One of the sets is written as nearly all programs write that element; in bytes that
        are no chain such a head is rare.
        """
        return any(
            data_set.compaction in USUAL_COMPACTIONS.get(data_set.oid, ())
            for data_set in self.chain.sets
        )


USUAL_COMPACTIONS = {
    OWNER_OID: {Compaction.APPLICATION},
    SET_OID: {Compaction.INTEGER, Compaction.NUMERIC},
    USAGE_OID: USAGE_COMPACTIONS,
    ILL_OID: {Compaction.APPLICATION},
    TITLE_OID: {Compaction.UTF8},
}
PLAUSIBLE: dict[Compaction, Callable[[bytes], bool]] = {
    Compaction.INTEGER: lambda data: not data.startswith(b"\x00") and len(data) <= 8,
    Compaction.NUMERIC: lambda data: len(data) <= 16,
    Compaction.SIX_BIT: lambda data: b"\x00\x00" not in data,
}


def _is_plausible(data_set: DataSet) -> bool:
    if any(data_set.padding):
        return False
    if data_set.compaction is Compaction.APPLICATION and data_set.data:
        return element_of(data_set.oid).format is not Format.TEXT
    plausible = PLAUSIBLE.get(data_set.compaction)
    return plausible is None or plausible(data_set.data)


def read(memory: bytes, zero_fill_to: int = 0) -> Reading:
    """Read a memory as ISO 28560-2, whatever it is.

    `zero_fill_to`: digits of the library's item numbers; a number that was compacted as an
    integer gets back the zeros in front that the compaction dropped.
    """
    chain = read_chain(memory)
    found, problems = _decoded(chain.sets)
    if ITEM_OID not in found:
        problems.append(Problem.of(ProblemCode.IDENTIFIER_MISSING))
    elif _is_integer(chain.sets, ITEM_OID):
        found[ITEM_OID] = str(found[ITEM_OID]).zfill(zero_fill_to)
    content = TagContent(
        model=TagModel.ISO28560_2,
        elements=elements_of(found),
        problems=(*problems, *_problems_of_ending(chain)),
        needs_more=chain.ending in {Ending.MEMORY, Ending.CUT},
    )
    return Reading(content, chain)


def _is_integer(sets: Iterable[DataSet], oid: int) -> bool:
    return next(s.compaction for s in sets if s.oid == oid) is Compaction.INTEGER


def _problems_of_ending(chain: Chain) -> Iterator[Problem]:
    if chain.ending is Ending.CUT:
        yield Problem.of(ProblemCode.CHAIN_CUT, at=chain.end)
    if chain.ending is Ending.BROKEN:
        yield Problem.of(ProblemCode.CHAIN_BROKEN, at=chain.end)


def _decoded(sets: Iterable[DataSet]) -> tuple[dict[int, ElementValue], list[Problem]]:
    """Values by object identifier; of an element that stands there twice the first."""
    found: dict[int, ElementValue] = {}
    problems: list[Problem] = []
    seen: set[int] = set()
    for data_set in sets:
        element = element_of(data_set.oid)
        if element.oid in seen:
            problems.append(Problem.of(ProblemCode.ELEMENT_TWICE, name=element.name))
            continue
        seen.add(element.oid)
        try:
            value = read_value(element.format, data_set)
        except ValueError as error:
            problems.append(_undecodable(element, data_set, error))
            continue
        if value is not None:
            problems += unprintable(element, value)
            found[element.oid] = value
    return found, problems


def _undecodable(element: Element, data_set: DataSet, reason: ValueError) -> Problem:
    return Problem.of(
        ProblemCode.ELEMENT_UNDECODABLE,
        name=element.name,
        data=data_set.data.hex(" ").upper(),
        reason=reason,
    )


def encode_iso28560_2(elements: Elements, size: int | None = None, *, block_size: int = 4) -> bytes:
    """The user memory of a tag of `size` bytes; without a size, the fewest whole blocks that end
    in a zero byte.

    Raises TagEncodingError when an element is unfit for writing or the data do not fit.
    """
    sets = [write_value(element, value) for element, value in present(checked(elements))]
    data = b"".join(map(_written, sets))
    return filled(data, size, block_size)


def _written(data_set: DataSet) -> bytes:
    if len(data_set.data) > LONGEST:
        raise TagEncodingError(
            EncodingCode.TOO_LONG,
            f"{element_of(data_set.oid).name} needs {len(data_set.data)} bytes, "
            f"at most {LONGEST} are possible: shorten it.",
        )
    return set_bytes(data_set)
