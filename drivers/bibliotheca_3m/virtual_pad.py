"""What a 3M pad does with a request: its commands carried out on the tags in its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from msgspec import Struct

from drivers.bibliotheca_3m.commands import (
    NO_SECOND_POLL,
    WITH_DSFID,
    Request,
    numbered_blocks,
)
from drivers.bibliotheca_3m.statuses import NO_TRANSPONDER, NOT_IMPLEMENTED, OK
from drivers.field_layout import Fields
from drivers.interfaces import SystemInformation
from drivers.iso15693_requests import (
    LOCK_AFI,
    LOCK_BLOCK,
    LOCK_DSFID,
    READ_BLOCKS,
    RESET_EAS,
    SET_EAS,
    STAY_QUIET,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCK,
    WRITE_DSFID,
    IsoCommand,
    IsoRequest,
    parse_request,
    parse_system_information,
)
from drivers.simulators import air
from drivers.simulators.iso15693_field import Heard, IsoField
from drivers.simulators.mishaps import BeforeBlock
from drivers.simulators.virtual_tags import PadField
from drivers.uid import Uid, uid_bytes

UNKNOWN_ERROR = 0x0F
PARAMETER_RANGE = 0x32
BLOCK_NUMBERS = 256
UID_BYTES_IN_INFORMATION = 8

_STATUS_OF_CHIP_ERROR: Mapping[int, int] = MappingProxyType(
    {0x01: 0x30, 0x02: 0x32, 0x03: 0x31, 0x10: 0x11, 0x11: 0x12, 0x12: 0x12}
)


class BibliothecaSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What kind of pad it is, and which times it keeps.

    `probe`: answers to the probe of an 810. `missing`: commands it has not. `doubles`: tells each
    tag of an inventory so many times. `blocks_an_answer`: gives no more blocks at once.
    `sets_option_flag`: writes to chips that need it carry the option flag. `foreign`: numbers of
    Tag-it transponders of the old kind that lie there as well.
    """

    baud: int = 19_200
    firmware: tuple[int, int, int] = (5, 0, 2)
    keeps_wire_time: bool = False
    keeps_air_time: bool = False
    probe: bool = True
    missing: frozenset[str] = frozenset()
    doubles: int = 1
    blocks_an_answer: int = 64
    sets_option_flag: bool = True
    foreign: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and data of an answer (behind the UID), and the seconds on the air before it."""

    status: int = OK
    data: bytes = b""
    seconds: float = 0.0


class VirtualPad:
    """Owner: the thread of the simulator's host. `pad` may be changed from any thread."""

    def __init__(self, pad: PadField, settings: BibliothecaSimulatorSettings) -> None:
        self._settings = settings
        self._field = IsoField(pad)
        self._handlers: Mapping[str, Callable[[Request, BeforeBlock], Reply]] = {
            "probe": self._version,
            "version": self._version,
            "inventory": self._inventory,
            "read blocks": self._read,
            "write blocks": self._write,
            "write block": self._write_one,
            "write and lock block": self._write_and_lock,
            "tag information": self._information,
            "get AFI": self._get_afi,
            "get DSFID": self._get_dsfid,
            "check EAS": self._check_eas,
            "pass-through": self._pass_through,
        }

    def obey(self, request: Request, before_block: BeforeBlock) -> Reply:
        """Carry a request out; `before_block(n)` is called when n blocks are done."""
        before_block(0)
        name = request.command.name
        if name in self._settings.missing:
            return Reply(NOT_IMPLEMENTED)
        handler = self._handlers.get(name)
        return handler(request, before_block) if handler else self._simple(request)

    def _version(self, request: Request, _before: BeforeBlock) -> Reply:
        model = {"what": 0x11, "model": 0x0A}
        numbers = dict(zip(("major", "minor", "build"), self._settings.firmware, strict=True))
        return Reply(data=request.command.answer.pack(model | numbers))

    def _inventory(self, request: Request, _before: BeforeBlock) -> Reply:
        """Found tags are silenced for a second look, and wake up behind it."""
        afi, options = request.fields["afi"], request.fields["options"]
        self._field.reset()
        tags, seconds = self._field.inventory(afi)
        if not options & NO_SECOND_POLL:
            seconds += len(tags) * air.stay_quiet() + air.inventory([])[1]
        rows = [
            (tag.dsfid, uid_bytes(tag.uid)) for tag in tags for _ in range(self._settings.doubles)
        ]
        rows += [(0, number.to_bytes(8)) for number in self._settings.foreign]
        records = b"".join(
            (bytes((dsfid,)) if options & WITH_DSFID else b"") + uid for dsfid, uid in rows
        )
        fields = {"afi": afi, "options": options, "count": len(rows), "records": records}
        return Reply(OK, request.command.answer.pack(fields), seconds)

    def _read(self, request: Request, _before: BeforeBlock) -> Reply:
        first = request.fields["first"]
        count = min(request.fields["count"], self._settings.blocks_an_answer)
        if not count:
            return Reply(PARAMETER_RANGE)
        heard = self._exchange(READ_BLOCKS, request.uid, bytes((first, count - 1)), option=True)
        data = heard.data
        if data is None:
            return _refused(heard)
        width = len(data) // count
        blocks = [(bool(data[at]), data[at + 1 : at + width]) for at in range(0, len(data), width)]
        rows = numbered_blocks(first, blocks)
        return Reply(OK, bytes((count,)) + rows, heard.seconds)

    def _write(self, request: Request, before_block: BeforeBlock) -> Reply:
        """Block by block, as the pad does with chips that cannot write several at once."""
        first, count, data = (request.fields[name] for name in ("first", "count", "data"))
        if not count or len(data) % count or first + count > BLOCK_NUMBERS:
            return Reply(PARAMETER_RANGE)
        size, seconds = len(data) // count, 0.0
        for done in range(count):
            before_block(done)
            block = bytes((first + done,)) + data[done * size : (done + 1) * size]
            heard = self._exchange(WRITE_BLOCK, request.uid, block)
            seconds += heard.seconds
            refused = _refused(heard)
            if refused.status != OK:
                return Reply(refused.status, _named(request.uid, first + done), seconds)
        return Reply(OK, bytes((first + count,)), seconds)

    def _write_one(self, request: Request, _before: BeforeBlock) -> Reply:
        block = bytes((request.fields["first"],)) + request.fields["data"]
        return _refused(self._exchange(WRITE_BLOCK, request.uid, block))

    def _write_and_lock(self, request: Request, before_block: BeforeBlock) -> Reply:
        written = self._write_one(request, before_block)
        if written.status != OK:
            return written
        return _refused(self._exchange(LOCK_BLOCK, request.uid, bytes((request.fields["first"],))))

    def _information(self, request: Request, _before: BeforeBlock) -> Reply:
        heard = self._exchange(SYSTEM_INFORMATION, request.uid)
        told = heard.data
        if told is None:
            return _refused(heard)
        return Reply(OK, told[:1] + told[1 + UID_BYTES_IN_INFORMATION :], heard.seconds)

    def _get_afi(self, request: Request, _before: BeforeBlock) -> Reply:
        return self._told(request, lambda told: told.afi)

    def _get_dsfid(self, request: Request, _before: BeforeBlock) -> Reply:
        return self._told(request, lambda told: told.dsfid)

    def _told(self, request: Request, value: Callable[[SystemInformation], int]) -> Reply:
        heard = self._exchange(SYSTEM_INFORMATION, request.uid)
        if heard.data is None:
            return _refused(heard)
        told = value(parse_system_information(heard.data))
        return Reply(OK, bytes((told,)), heard.seconds)

    def _check_eas(self, _request: Request, _before: BeforeBlock) -> Reply:
        there, seconds = self._field.eas_alarm()
        return Reply(OK if there else NO_TRANSPONDER, b"", seconds)

    def _pass_through(self, request: Request, _before: BeforeBlock) -> Reply:
        try:
            asked = parse_request(request.fields["request"])
        except (ValueError, KeyError):
            return Reply(PARAMETER_RANGE)
        heard = self._field.exchange(asked)
        if heard.answer is None:
            return Reply(NO_TRANSPONDER, b"", heard.seconds)
        body = heard.answer.body()
        fields = {"flags": 0, "size": len(body), "answer": body}
        return Reply(OK, request.command.answer.pack(fields), heard.seconds)

    def _simple(self, request: Request) -> Reply:
        """The commands that are one ISO 15693 command and tell nothing back."""
        command, parameters = _SIMPLE[request.command.name](request.fields)
        heard = self._exchange(command, request.uid, parameters)
        if command is STAY_QUIET and request.uid and self._field.tag(request.uid):
            return Reply(OK, b"", heard.seconds)
        return _refused(heard)

    def _exchange(
        self,
        command: IsoCommand,
        uid: Uid | None,
        parameters: bytes = b"",
        *,
        option: bool = False,
    ) -> Heard:
        sets = self._settings.sets_option_flag and self._field.option_for(command, uid)
        flag = option or sets
        return self._field.exchange(IsoRequest(command, uid, parameters, flag))


def _refused(heard: Heard) -> Reply:
    """The status of a command that tells nothing when it is well."""
    if heard.answer is None:
        return Reply(NO_TRANSPONDER, b"", heard.seconds)
    if heard.answer.error is None:
        return Reply(OK, b"", heard.seconds)
    return Reply(_STATUS_OF_CHIP_ERROR.get(heard.answer.error, UNKNOWN_ERROR), b"", heard.seconds)


def _named(uid: Uid | None, block: int) -> bytes:
    return (uid_bytes(uid) if uid else b"") + bytes((block,))


_SIMPLE: Mapping[str, Callable[[Fields], tuple[IsoCommand, bytes]]] = MappingProxyType(
    {
        "stay quiet": lambda _: (STAY_QUIET, b""),
        "lock block": lambda fields: (LOCK_BLOCK, bytes((fields["first"],))),
        "write AFI": lambda fields: (WRITE_AFI, bytes((fields["afi"],))),
        "lock AFI": lambda _: (LOCK_AFI, b""),
        "write DSFID": lambda fields: (WRITE_DSFID, bytes((fields["dsfid"],))),
        "lock DSFID": lambda _: (LOCK_DSFID, b""),
        "EAS control": lambda fields: (SET_EAS if fields["eas"] else RESET_EAS, b""),
    }
)
