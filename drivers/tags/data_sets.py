"""The data sets of ISO/IEC 15962 (no directory): cutting a memory into them, and writing one.

A set is: precursor, [extension of the object identifier], [offset], length, data, [offset × 00].
docs/protocols/tags.md, "Data set".
"""

from enum import Enum
from typing import NamedTuple

from drivers.tags.compaction import Compaction

EXTENDED = 15  # this object identifier in a precursor: one more byte follows, counted from 15
OFFSET = 0x80
LONGEST = 127  # longer sets use a form of the length that is not met on library tags


class DataSet(NamedTuple):
    """One element as it stands on the tag."""

    oid: int
    compaction: Compaction
    data: bytes
    padding: bytes = b""


class Ending(Enum):
    """How a chain of data sets ends."""

    MARK = "a zero byte"
    MEMORY = "the last byte given, between two sets"
    CUT = "the last byte given, inside a set"
    BROKEN = "a byte that begins no set"


class Chain(NamedTuple):
    """The complete sets from byte 0 on, where reading ended, and how."""

    sets: tuple[DataSet, ...]
    end: int
    ending: Ending


def read_chain(memory: bytes) -> Chain:
    """All complete data sets of a memory."""
    sets: list[DataSet] = []
    at = 0
    while at < len(memory) and memory[at]:
        step = _next_set(memory, at)
        if isinstance(step, Ending):
            return Chain(tuple(sets), at, step)
        data_set, at = step
        sets.append(data_set)
    return Chain(tuple(sets), at, Ending.MARK if at < len(memory) else Ending.MEMORY)


def _next_set(memory: bytes, at: int) -> tuple[DataSet, int] | Ending:
    """The set that begins at `at`, and where the next one begins; or why there is none."""
    precursor = memory[at]
    oid = precursor & 0x0F
    if not oid:
        return Ending.BROKEN
    extended, padded = oid == EXTENDED, bool(precursor & OFFSET)
    begin = at + 2 + extended + padded
    head = memory[at:begin]
    if begin > len(memory):
        return Ending.CUT
    extension = head[1] if extended else 0
    padding = head[-2] if padded else 0
    length = head[-1]
    if length > LONGEST:
        return Ending.BROKEN
    end = begin + length
    if end > len(memory):
        return Ending.CUT
    compaction = Compaction(precursor >> 4 & 7)
    pad = memory[end : end + padding]
    return DataSet(oid + extension, compaction, memory[begin:end], pad), end + len(pad)


def set_bytes(data_set: DataSet) -> bytes:
    """The bytes of a data set without offset. Raises ValueError for data beyond LONGEST."""
    oid, compaction, data, _ = data_set
    if len(data) > LONGEST:
        raise ValueError(f"a data set holds at most {LONGEST} bytes, not {len(data)}")
    extension = [oid - EXTENDED] if oid >= EXTENDED else []
    return bytes([compaction << 4 | min(oid, EXTENDED), *extension, len(data)]) + data
