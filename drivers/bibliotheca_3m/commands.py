"""The commands of 3M pads as data (docs/protocols/readers.md, "3M commands").

A `Command` is a row of the table; encoding, matching, printing and the simulator follow from it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.bibliotheca_3m.frames import PROBE_START, START, Frame
from drivers.facts import TagSeen
from drivers.field_layout import Fields, Layout, words
from drivers.uid import UID_BYTES, Uid, uid_bytes, uid_from_bytes

WITH_UID = 0x01
WITH_DSFID = 0x02
AS_SEEN = 0x04
NO_SECOND_POLL = 0x20

PROBED_COMMAND = 0x11
ALL_FIELDS = 0x0F
BLOCK_HEAD = 2
"""Each block of an answer follows its number and its lock byte."""


NOTHING = Layout()


@dataclass(frozen=True, slots=True)
class Command:
    """One row. `patience`: seconds until it counts as lost. `of_tag`: question and answer name a
    tag. `writes`: done twice is not the same as done once, so the driver never repeats it.
    `fits(request, answer)` tells whether the fields belong to this question.
    """

    name: str
    code: int
    request: Layout
    answer: Layout
    of_tag: bool
    patience: float
    writes: bool
    fits: Callable[["Request", Fields], bool]
    start: int = START


@dataclass(frozen=True, slots=True)
class Request:
    """A command with its fields; `uid` for commands of a tag."""

    command: Command
    fields: Fields = field(default_factory=dict)
    uid: Uid | None = None

    @property
    def frame(self) -> Frame:
        """The frame that carries it."""
        head = uid_bytes(self.uid) if self.uid else b""
        data = head + self.command.request.pack(self.fields)
        return Frame(self.command.code, data, self.command.start)

    def __str__(self) -> str:
        return " ".join([self.command.name, *([self.uid] if self.uid else []), *words(self.fields)])


def parse_request(frame: Frame) -> Request:
    """What a host asked. Raises KeyError (no such command) or ValueError (wrong length)."""
    command = BY_CODE[frame.start, frame.command]
    if not command.of_tag:
        return Request(command, command.request.unpack(frame.data))
    uid = uid_from_bytes(frame.data[:UID_BYTES])
    return Request(command, command.request.unpack(frame.data[UID_BYTES:]), uid)


def inventory_records(fields: Fields) -> list[tuple[bytes, int]]:
    """UID and DSFID of an inventory answer that fits, as they came: 0 where none is told."""
    told = fields["options"] & WITH_DSFID
    width = UID_BYTES + (1 if told else 0)
    records: bytes = fields["records"]
    rows = [records[at : at + width] for at in range(0, len(records), width)]
    return [(row[-UID_BYTES:], row[0] if told else 0) for row in rows]


def tags_seen(fields: Fields) -> tuple[TagSeen, ...]:
    """The ISO 15693 tags of an inventory answer, each once.

    A pad may tell a tag twice. It also finds Tag-it transponders of the time before ISO 15693,
    with numbers of 32 bits behind zeros: they have no AFI, and nothing here can use them.
    """
    seen = {raw: dsfid for raw, dsfid in inventory_records(fields) if raw[0] == 0xE0}
    return tuple(TagSeen(uid_from_bytes(raw), dsfid) for raw, dsfid in seen.items())


def block_data(fields: Fields) -> tuple[bytes, ...]:
    """The blocks of a read answer that fits, in memory order."""
    width = _block_width(fields)
    rows: bytes = fields["blocks"]
    return tuple(rows[at + BLOCK_HEAD : at + width] for at in range(0, len(rows), width))


def numbered_blocks(first: int, blocks: Sequence[tuple[bool, bytes]]) -> bytes:
    """The other way round: each block with its number and its lock byte."""
    return b"".join(
        bytes(((first + at) % 256, locked)) + data for at, (locked, data) in enumerate(blocks)
    )


def _block_width(fields: Fields) -> int:
    return int(len(fields["blocks"]) // fields["count"])


def _always(_request: Request, _answer: Fields) -> bool:
    return True


def _whole_records(request: Request, answer: Fields) -> bool:
    width = UID_BYTES + (1 if answer["options"] & WITH_DSFID else 0)
    same = answer["afi"] == request.fields["afi"]
    return bool(same and len(answer["records"]) == answer["count"] * width)


def _asked_blocks(request: Request, answer: Fields) -> bool:
    """Some of them from the first on: a pad may give fewer than it was asked for."""
    count, rows = answer["count"], answer["blocks"]
    if not 0 < count <= request.fields["count"] or len(rows) % count:
        return False
    width = len(rows) // count
    first = request.fields["first"]
    return width > BLOCK_HEAD and all(rows[at * width] == first + at for at in range(count))


def _same_probe(request: Request, answer: Fields) -> bool:
    return bool(answer["what"] == request.fields["what"])


def _reader(
    name: str,
    code: int,
    request: Layout = NOTHING,
    answer: Layout = NOTHING,
    *,
    patience: float = 0.4,
    writes: bool = False,
    start: int = START,
    fits: Callable[[Request, Fields], bool] = _always,
) -> Command:
    return Command(name, code, request, answer, False, patience, writes, fits, start)


def _tag(
    name: str,
    code: int,
    request: Layout = NOTHING,
    answer: Layout = NOTHING,
    *,
    patience: float = 0.6,
    writes: bool = False,
    fits: Callable[[Request, Fields], bool] = _always,
) -> Command:
    return Command(name, code, request, answer, True, patience, writes, fits)


_VERSION = ("model", "major", "minor", "build")
_ONE_BLOCK = Layout("B", ("first",), "data")

PROBE = _reader(
    "probe",
    0x04,
    Layout("H", ("what",)),
    Layout("BBBBB", ("what", *_VERSION)),
    start=PROBE_START,
    fits=_same_probe,
)
VERSION = _reader("version", 0x11, answer=Layout("BBBB", _VERSION))
INVENTORY = _reader(
    "inventory",
    0xFE,
    Layout("BB", ("afi", "options")),
    Layout("BBB", ("afi", "options", "count"), "records"),
    patience=1.5,
    fits=_whole_records,
)
READ_BLOCKS = _tag(
    "read blocks",
    0x02,
    Layout("BB", ("first", "count")),
    Layout("B", ("count",), "blocks"),
    fits=_asked_blocks,
)
WRITE_BLOCKS = _tag(
    "write blocks",
    0x04,
    Layout("BBB", ("first", "count", "options"), "data"),
    Layout("B", ("block",)),
    patience=1.5,
    writes=True,
)
WRITE_BLOCK = _tag("write block", 0x05, _ONE_BLOCK, Layout(rest="rest"), writes=True)
WRITE_AND_LOCK = _tag("write and lock block", 0x07, _ONE_BLOCK, Layout(rest="rest"), writes=True)
LOCK_BLOCK = _tag("lock block", 0x08, Layout("B", ("first",)), Layout(rest="rest"), writes=True)
GET_AFI = _tag("get AFI", 0x0A, answer=Layout("B", ("afi",)))
WRITE_AFI = _tag("write AFI", 0x09, Layout("B", ("afi",)), writes=True)
LOCK_AFI = _tag("lock AFI", 0x06, writes=True)
GET_DSFID = _tag("get DSFID", 0x0F, answer=Layout("B", ("dsfid",)))
WRITE_DSFID = _tag("write DSFID", 0x0B, Layout("B", ("dsfid",)), writes=True)
LOCK_DSFID = _tag("lock DSFID", 0x0E, writes=True)
CHECK_EAS = _reader("check EAS", 0x03, answer=Layout(rest="rest"))
EAS_CONTROL = _tag("EAS control", 0x0C, Layout("B", ("eas",)), Layout(rest="rest"), writes=True)
TAG_INFORMATION = _tag(
    "tag information",
    0x0D,
    Layout("B", ("wanted",)),
    Layout("B", ("available",), "information"),
)
QUIET = _tag("stay quiet", 0x01, writes=True)
PASS_THROUGH = _reader(
    "pass-through",
    0x14,
    Layout("HHH", ("size", "most", "options"), "request"),
    Layout("BH", ("flags", "size"), "answer"),
    writes=True,
)

COMMANDS = (
    PROBE,
    VERSION,
    INVENTORY,
    QUIET,
    READ_BLOCKS,
    WRITE_BLOCKS,
    WRITE_BLOCK,
    WRITE_AND_LOCK,
    LOCK_BLOCK,
    GET_AFI,
    WRITE_AFI,
    LOCK_AFI,
    GET_DSFID,
    WRITE_DSFID,
    LOCK_DSFID,
    CHECK_EAS,
    EAS_CONTROL,
    TAG_INFORMATION,
    PASS_THROUGH,
)

BY_CODE: Mapping[tuple[int, int], Command] = MappingProxyType(
    {(command.start, command.code): command for command in COMMANDS}
)
