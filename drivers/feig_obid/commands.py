"""The control, [B0] and [B1] commands as data (docs/protocols/readers.md, "FEIG commands").

A `Command` is a row of the table; encoding, matching, printing and the simulator follow from it.
The flash loader command [55] is left out on purpose: it must never be sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.facts import TagSeen
from drivers.feig_obid.frames import ANY_READER, Frame
from drivers.field_layout import Fields, Layout, words
from drivers.uid import UID_BYTES, Uid, uid_bytes, uid_from_bytes

ISO_HOST = 0xB0
NXP_CUSTOM = 0xB1
_MAKERS = MappingProxyType({ISO_HOST: b"", NXP_CUSTOM: b"\x04"})
"""What stands before the sub-command: behind [B1] the code of the chip's maker."""

ADDRESSED = 0x01
ADDRESSING = 0x07
WITH_SECURITY = 0x08
MORE = 0x80

ISO15693_TYPE = 0x03
RECORD_BYTES = 10


@dataclass(frozen=True, slots=True)
class Command:
    """One row. `sub` is the ISO command behind [B0] or [B1], `patience` seconds until the answer
    counts as lost.

    `writes`: done twice is not the same as done once, so the driver never repeats it.
    `fits(request, answer)` tells an answer to this request from one to an earlier [B0] command,
    whose code is the same.
    """

    name: str
    code: int
    sub: int | None
    request: Layout
    answer: Layout
    patience: float
    writes: bool
    fits: Callable[["Request", Fields], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """A command with its fields; `uid` and `mode` for [B0] and [B1] commands only."""

    command: Command
    fields: Fields = field(default_factory=dict)
    uid: Uid | None = None
    mode: int = 0

    def frame(self, address: int = ANY_READER, *, advanced: bool = False) -> Frame:
        """The frame that carries it."""
        data = self.command.request.pack(self.fields)
        return Frame(self.command.code, self._iso_head() + data, address, advanced)

    def __str__(self) -> str:
        who = [self.uid] if self.uid else []
        return " ".join([self.command.name, *who, *words(self.fields)])

    def _iso_head(self) -> bytes:
        if self.command.sub is None:
            return b""
        mode = self.mode | (ADDRESSED if self.uid else 0)
        head = _MAKERS[self.command.code] + bytes((self.command.sub, mode))
        return head + (uid_bytes(self.uid) if self.uid else b"")


def parse_request(frame: Frame) -> Request:
    """What a host asked. Raises KeyError (no such command) or ValueError (wrong length)."""
    if frame.command in _MAKERS:
        return _parse_iso(frame.command, frame.data)
    command = BY_CODE[frame.command, None]
    return Request(command, command.request.unpack(frame.data))


def inventory_records(fields: Fields, place: str | None = None) -> tuple[TagSeen, ...]:
    """The tags of an inventory answer that fits, seen at `place`."""
    records: bytes = fields["records"]
    return tuple(
        TagSeen(uid_from_bytes(records[at + 2 : at + 2 + UID_BYTES]), records[at + 1], place)
        for at in range(0, len(records), RECORD_BYTES)
    )


def blocks_in_line_order(fields: Fields) -> tuple[bytes, ...]:
    """The blocks of a read answer that fits, without their security bytes, as they came."""
    width, blocks = fields["size"] + 1, fields["blocks"]
    return tuple(blocks[at + 1 : at + width] for at in range(0, len(blocks), width))


def _parse_iso(code: int, data: bytes) -> Request:
    maker = _MAKERS[code]
    if not data.startswith(maker):
        raise KeyError(code)
    data = data.removeprefix(maker)
    if len(data) < 2:
        raise ValueError("an ISO command without sub-command and mode")
    sub, mode = data[0], data[1]
    command = BY_CODE[code, sub]
    if mode & ADDRESSING != ADDRESSED:
        return Request(command, command.request.unpack(data[2:]), None, mode)
    uid = uid_from_bytes(data[2 : 2 + UID_BYTES])
    return Request(command, command.request.unpack(data[2 + UID_BYTES :]), uid, mode & ~ADDRESSED)


def _always(_request: Request, _answer: Fields) -> bool:
    return True


def _whole_records(_request: Request, answer: Fields) -> bool:
    records = answer["records"]
    return len(records) == answer["count"] * RECORD_BYTES and all(
        records[at] == ISO15693_TYPE for at in range(0, len(records), RECORD_BYTES)
    )


def _asked_blocks(request: Request, answer: Fields) -> bool:
    whole = answer["count"] * (answer["size"] + 1)
    return bool(
        answer["count"] == request.fields["count"]
        and answer["size"] > 0
        and len(answer["blocks"]) == whole
    )


def _same_tag(request: Request, answer: Fields) -> bool:
    return request.uid in {None, uid_from_bytes(answer["uid"])}


_NOTHING = Layout()


def _control(
    name: str,
    code: int,
    request: Layout = _NOTHING,
    answer: Layout = _NOTHING,
    *,
    writes: bool = False,
) -> Command:
    return Command(name, code, None, request, answer, 0.3, writes, _always)


def _iso(
    name: str,
    sub: int,
    request: Layout = _NOTHING,
    answer: Layout = _NOTHING,
    *,
    patience: float = 0.6,
    writes: bool = False,
    fits: Callable[[Request, Fields], bool] = _always,
) -> Command:
    return Command(name, ISO_HOST, sub, request, answer, patience, writes, fits)


def _custom(name: str, sub: int, *, writes: bool = True) -> Command:
    return Command(name, NXP_CUSTOM, sub, _NOTHING, _NOTHING, 0.6, writes, _always)


_PAGE = Layout("B", ("page",))
_SETS = Layout("H", ("sets",))
_BLOCK_RANGE = Layout("BB", ("first", "count"))

BAUD_DETECTION = _control("baud detection", 0x52, Layout("B", ("zero",)), Layout("B", ("zero",)))
CPU_RESET = _control("CPU reset", 0x63, writes=True)
SOFTWARE_VERSION = _control(
    "software version",
    0x65,
    answer=Layout("HBBBH", ("revision", "development", "hardware", "software", "transponders")),
)
READER_INFORMATION = _control(
    "reader information", 0x66, Layout("B", ("what",)), Layout(rest="information")
)
RF_RESET = _control("RF reset", 0x69)
RF_OUTPUT = _control("RF output", 0x6A, Layout("B", ("antenna",)), writes=True)
SET_OUTPUT = _control(
    "set output",
    0x71,
    Layout("HHHH", ("state", "frequency", "light_time", "output_time")),
    writes=True,
)
SET_OUTPUTS = _control("set outputs", 0x72, Layout("BB", ("form", "count"), "outputs"), writes=True)
GET_INPUT = _control("get input", 0x74, answer=Layout("B", ("inputs",)))
READ_CONFIGURATION = _control("read configuration", 0x80, _PAGE, Layout(rest="parameters"))
WRITE_CONFIGURATION = _control(
    "write configuration", 0x81, Layout("B", ("page",), "parameters"), writes=True
)
SAVE_CONFIGURATION = _control("save configuration", 0x82, _PAGE, writes=True)
READ_BUFFER = _control("read buffer", 0x22, _SETS, Layout(rest="records"))
BUFFER_INFORMATION = _control(
    "buffer information", 0x31, answer=Layout("HHH", ("size", "start", "length"))
)
CLEAR_BUFFER = _control("clear buffer", 0x32, writes=True)
INITIALISE_BUFFER = _control("initialise buffer", 0x33, writes=True)
INVENTORY = _iso(
    "inventory",
    0x01,
    answer=Layout("B", ("count",), "records"),
    patience=2.0,
    fits=_whole_records,
)
READ_BLOCKS = _iso(
    "read blocks",
    0x23,
    _BLOCK_RANGE,
    Layout("BB", ("count", "size"), "blocks"),
    fits=_asked_blocks,
)
WRITE_BLOCKS = _iso(
    "write blocks",
    0x24,
    Layout("BBB", ("first", "count", "size"), "blocks"),
    patience=2.0,
    writes=True,
)
WRITE_AFI = _iso("write AFI", 0x27, Layout("B", ("afi",)), writes=True)
WRITE_DSFID = _iso("write DSFID", 0x29, Layout("B", ("dsfid",)), writes=True)
SYSTEM_INFORMATION = _iso(
    "system information",
    0x2B,
    answer=Layout("B8sBBBB", ("dsfid", "uid", "afi", "size", "count", "chip")),
    fits=_same_tag,
)

SET_EAS = _custom("set EAS", 0xA2)
RESET_EAS = _custom("reset EAS", 0xA3)
EAS_ALARM = _custom("EAS alarm", 0xA5, writes=False)

COMMANDS = (
    READ_BUFFER,
    BUFFER_INFORMATION,
    CLEAR_BUFFER,
    INITIALISE_BUFFER,
    BAUD_DETECTION,
    CPU_RESET,
    _control("system reset", 0x64, Layout("B", ("target",)), writes=True),
    SOFTWARE_VERSION,
    READER_INFORMATION,
    RF_RESET,
    RF_OUTPUT,
    SET_OUTPUT,
    SET_OUTPUTS,
    GET_INPUT,
    READ_CONFIGURATION,
    WRITE_CONFIGURATION,
    SAVE_CONFIGURATION,
    _control("default configuration", 0x83, _PAGE, writes=True),
    INVENTORY,
    _iso("stay quiet", 0x02, writes=True),
    _iso("lock blocks", 0x22, _BLOCK_RANGE, patience=2.0, writes=True),
    READ_BLOCKS,
    WRITE_BLOCKS,
    _iso("select", 0x25, writes=True),
    _iso("reset to ready", 0x26, writes=True),
    WRITE_AFI,
    _iso("lock AFI", 0x28, writes=True),
    WRITE_DSFID,
    _iso("lock DSFID", 0x2A, writes=True),
    SYSTEM_INFORMATION,
    SET_EAS,
    RESET_EAS,
    _custom("lock EAS", 0xA4),
    EAS_ALARM,
    _iso("block security", 0x2C, _BLOCK_RANGE, Layout("B", ("count",), "states")),
)

BY_CODE: Mapping[tuple[int, int | None], Command] = MappingProxyType(
    {(command.code, command.sub): command for command in COMMANDS}
)
