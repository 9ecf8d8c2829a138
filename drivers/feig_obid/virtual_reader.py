"""What a FEIG reader does with a request: radio, tags and memory, without line or frames."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.feig_obid.commands import (
    ISO15693_TYPE,
    MORE,
    NXP_CUSTOM,
    WITH_SECURITY,
    Request,
)
from drivers.feig_obid.statuses import (
    ISO_ERROR,
    MORE_DATA,
    NO_TRANSPONDER,
    OK,
    PARAMETER_RANGE,
    UNKNOWN_COMMAND,
    WRITE_ERROR,
)
from drivers.feig_obid.virtual_control import Handler, Reply, VirtualControl
from drivers.feig_obid.virtual_radio import VirtualRadio
from drivers.field_layout import Fields
from drivers.simulators import air
from drivers.simulators.virtual_tags import PadField, TagRefusal, VirtualTag
from drivers.uid import uid_bytes

SELECTED = 0x02
_EAS_REQUEST_BYTES = 5
_EAS_ANSWER_BYTES = 32

MOST_BYTES_READ = 128
ERROR_BYTES = 1


class FeigSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What kind of reader it is, and which times it keeps.

    `software_type` is the maker's number of its model, `revision` its firmware (2.05 is 0x0205);
    frames of another kind than `frames` are not heard. With a `tcp_port` it stands on that port of
    this machine, 0 = on a free one, instead of a serial line.
    `only_new_tags`: a tag is reported once until it leaves or the field was off.
    `chip_sizes`: sizes are passed on as the chip says them, less one.
    `sets_option_flag`: writes to chips that need it carry the option flag.
    """

    address: int = 0
    software_type: int = 80
    revision: int = 0x0205
    frames: Literal["both", "standard", "advanced"] = "both"
    antennas: Annotated[int, Meta(ge=1, le=8)] = 1
    tcp_port: int | None = None
    baud: int = 38_400
    bits_a_character: int = 11
    keeps_wire_time: bool = False
    keeps_air_time: bool = False
    reverses_blocks: bool = True
    only_new_tags: bool = True
    tags_a_frame: int = 24
    chip_sizes: bool = True
    sets_option_flag: bool = True


BeforeBlock = Callable[[int], None]


def _undisturbed(_done: int) -> None:
    """Nobody takes a tag away."""


class VirtualReader(VirtualControl):
    """Owner: the thread of the simulator's host. `pads`, one an antenna, may be changed from any
    thread.
    """

    def __init__(self, pads: Sequence[PadField], settings: FeigSimulatorSettings) -> None:
        radio = VirtualRadio(
            pads, only_new_tags=settings.only_new_tags, tags_a_frame=settings.tags_a_frame
        )
        super().__init__(
            radio,
            software_type=settings.software_type,
            revision=settings.revision,
            only_new_tags=settings.only_new_tags,
        )
        self._settings = settings
        self._before_block: BeforeBlock = _undisturbed
        self._handlers = self._table_of_handlers()

    def obey(self, request: Request, before_block: BeforeBlock = _undisturbed) -> Reply:
        """Carry a request out; `before_block(n)` is called when n blocks are done."""
        self._before_block = before_block
        before_block(0)
        handler = self._handlers.get(request.command.name)
        if handler is None or (request.command.code == NXP_CUSTOM and not self.custom_commands()):
            return Reply(UNKNOWN_COMMAND)
        try:
            return handler(request)
        except TagRefusal as refusal:
            seconds = air.addressed(_parameter_bytes(request), ERROR_BYTES)
            return Reply(ISO_ERROR, bytes((refusal.code,)), seconds)

    def _table_of_handlers(self) -> Mapping[str, Handler]:
        return {
            **self.control_handlers(),
            "inventory": self._inventory,
            "stay quiet": self._stay_quiet,
            "read blocks": self._read_blocks,
            "write blocks": self._write_blocks,
            "select": self._select,
            "reset to ready": self._reset_to_ready,
            "system information": self._system_information,
            "block security": self._block_security,
            "EAS alarm": self._eas_alarm,
            **dict.fromkeys(_WRITES, self._write),
        }

    def _inventory(self, request: Request) -> Reply:
        seconds = 0.0 if request.mode & MORE else self._radio.find()
        found = self._radio.next_found()
        if not found:
            return Reply(NO_TRANSPONDER, seconds=seconds)
        records = [bytes((ISO15693_TYPE, dsfid)) + uid_bytes(uid) for uid, dsfid in found]
        status = MORE_DATA if self._radio.has_more else OK
        return Reply(status, bytes((len(found),)) + b"".join(records), seconds)

    def _read_blocks(self, request: Request) -> Reply:
        tag = self._target(request)
        if tag is None:
            return _nobody(request)
        count, size = request.fields["count"], tag.chip.block_size
        if count * size > MOST_BYTES_READ:
            return Reply(PARAMETER_RANGE)
        secure = bool(request.mode & WITH_SECURITY)
        blocks = [
            bytes((secure and tag.is_locked(at),)) + self._on_line(tag.read(at))
            for at in _block_range(request.fields)
        ]
        seconds = air.addressed(2, count * (size + secure))
        return Reply(OK, bytes((count, size)) + b"".join(blocks), seconds)

    def _write_blocks(self, request: Request) -> Reply:
        """Block by block, as the reader does with chips that cannot write several at once."""
        size, blocks = request.fields["size"], request.fields["blocks"]
        if len(blocks) != size * request.fields["count"]:
            return Reply(PARAMETER_RANGE)
        seconds = 0.0
        for done in range(request.fields["count"]):
            self._before_block(done)
            tag = self._target(request)
            number = request.fields["first"] + done
            if tag is None:
                status, detail = (WRITE_ERROR, bytes((number,))) if done else (NO_TRANSPONDER, b"")
                return Reply(status, detail, seconds + air.addressed_unanswered(1 + size))
            data = self._on_line(blocks[done * size : (done + 1) * size])
            tag.write(number, data, option=self._option(tag, request))
            seconds += air.addressed(1 + size, 0) + tag.chip.write_seconds
        return Reply(seconds=seconds)

    def _write(self, request: Request) -> Reply:
        """All writes of one value, and the commands that change a tag's state."""
        tag = self._target(request)
        if tag is None:
            return _nobody(request)
        _WRITES[request.command.name](tag, request.fields, self._option(tag, request))
        parameters = _parameter_bytes(request)
        return Reply(seconds=air.addressed(parameters, 0) + tag.chip.write_seconds)

    def _stay_quiet(self, request: Request) -> Reply:
        tag = self._target(request)
        if tag is not None:
            tag.quiet = True
        return Reply(seconds=air.addressed_unanswered(0))

    def _select(self, request: Request) -> Reply:
        tag = self._target(request)
        if tag is None:
            return _nobody(request)
        self._radio.select(tag.uid)
        return Reply(seconds=air.addressed(0, 0))

    def _reset_to_ready(self, request: Request) -> Reply:
        for tag in self._radio.in_reach():
            if request.uid in {None, tag.uid}:
                tag.quiet = False
        return Reply(seconds=air.addressed(0, 0))

    def _system_information(self, request: Request) -> Reply:
        tag = self._target(request)
        if tag is None:
            return _nobody(request)
        less = 1 if self._settings.chip_sizes else 0
        fields = {
            "dsfid": tag.dsfid,
            "uid": uid_bytes(tag.uid),
            "afi": tag.afi,
            "size": tag.chip.block_size - less,
            "count": tag.chip.blocks - less,
            "chip": tag.chip.reference,
        }
        data = request.command.answer.pack(fields)
        return Reply(OK, data, air.addressed(0, 1 + len(data)))

    def _block_security(self, request: Request) -> Reply:
        tag = self._target(request)
        if tag is None:
            return _nobody(request)
        states = bytes(tag.is_locked(at) for at in _block_range(request.fields))
        return Reply(OK, bytes((len(states),)) + states, air.addressed(2, len(states)))

    def _eas_alarm(self, _request: Request) -> Reply:
        """All tags that have it set answer alike, so that a reader hears them as one."""
        heard = any(tag.eas and tag.chip.has_eas for tag in self._radio.in_reach())
        asked = air.unanswered(_EAS_REQUEST_BYTES)
        seconds = air.exchange(_EAS_REQUEST_BYTES, _EAS_ANSWER_BYTES) if heard else asked
        return Reply(OK if heard else NO_TRANSPONDER, seconds=seconds)

    def _target(self, request: Request) -> VirtualTag | None:
        if request.uid is not None:
            return self._radio.addressed(request.uid)
        return self._radio.selected() if request.mode & SELECTED else self._radio.only_one()

    def _option(self, tag: VirtualTag, request: Request) -> bool:
        """The reader knows the maker from the address, and only from there."""
        told = self._settings.sets_option_flag and request.uid is not None
        return told and tag.chip.needs_option_flag

    def _on_line(self, block: bytes) -> bytes:
        return block[::-1] if self._settings.reverses_blocks else block


def _nobody(request: Request) -> Reply:
    seconds = air.addressed_unanswered(_parameter_bytes(request))
    return Reply(NO_TRANSPONDER, seconds=seconds)


def _parameter_bytes(request: Request) -> int:
    return len(request.command.request.pack(request.fields))


def _block_range(fields: Fields) -> range:
    return range(fields["first"], fields["first"] + fields["count"])


def _lock_blocks(tag: VirtualTag, fields: Fields, option: bool) -> None:
    for number in _block_range(fields):
        tag.lock(number, option=option)


_WRITES: Mapping[str, Callable[[VirtualTag, Fields, bool], None]] = MappingProxyType(
    {
        "lock blocks": _lock_blocks,
        "write AFI": lambda tag, fields, option: tag.write_afi(fields["afi"], option=option),
        "lock AFI": lambda tag, _, option: tag.lock_afi(option=option),
        "write DSFID": lambda tag, fields, option: tag.write_dsfid(fields["dsfid"], option=option),
        "lock DSFID": lambda tag, _, option: tag.lock_dsfid(option=option),
        "set EAS": lambda tag, _, __: tag.write_eas(on=True),
        "reset EAS": lambda tag, _, __: tag.write_eas(on=False),
        "lock EAS": lambda tag, _, __: tag.lock_eas(),
    }
)
