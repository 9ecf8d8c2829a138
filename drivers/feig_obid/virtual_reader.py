"""What a FEIG reader does with a request: radio, tags and memory, without line or frames."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from msgspec import Struct

from drivers.feig_obid.commands import (
    ISO15693_TYPE,
    MORE,
    SOFTWARE_VERSION,
    WITH_SECURITY,
    Fields,
    Request,
)
from drivers.feig_obid.statuses import ISO_ERROR, MORE_DATA, NO_TRANSPONDER, OK, WRITE_ERROR
from drivers.feig_obid.virtual_outputs import VirtualOutputs
from drivers.feig_obid.virtual_radio import VirtualRadio
from drivers.simulators import air
from drivers.simulators.virtual_tags import PadField, TagRefusal, VirtualTag
from drivers.uid import uid_bytes

PARAMETER_RANGE = 0x11
SELECTED = 0x02
PAGE_NUMBER = 0x3F
EMPTY_PAGE = bytes(14)
BUFFER_SIZES = bytes((1, 0, 1, 0))

MOST_BYTES_READ = 128
ERROR_BYTES = 1


class FeigSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What kind of reader it is, and which times it keeps.

    `only_new_tags`: a tag is reported once until it leaves or the field was off.
    `chip_sizes`: sizes are passed on as the chip says them, less one.
    `sets_option_flag`: writes to chips that need it carry the option flag.
    """

    address: int = 0
    software_type: int = 80
    baud: int = 38_400
    bits_a_character: int = 11
    keeps_wire_time: bool = False
    keeps_air_time: bool = False
    reverses_blocks: bool = True
    only_new_tags: bool = True
    tags_a_frame: int = 24
    chip_sizes: bool = True
    sets_option_flag: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and data of an answer, and the seconds on the air before it."""

    status: int = OK
    data: bytes = b""
    seconds: float = 0.0


BeforeBlock = Callable[[int], None]


def _undisturbed(_done: int) -> None:
    """Nobody takes a tag away."""


class VirtualReader:
    """Owner: the thread of the simulator's host. `pad` and `active_inputs` (numbers from 1) may be
    changed from any thread, `outputs` looked at.
    """

    def __init__(self, pad: PadField, settings: FeigSimulatorSettings) -> None:
        self._settings = settings
        self._radio = VirtualRadio(
            pad, only_new_tags=settings.only_new_tags, tags_a_frame=settings.tags_a_frame
        )
        self.outputs = VirtualOutputs()
        self.active_inputs: frozenset[int] = frozenset()
        self._pages: dict[int, bytes] = {}
        self._before_block: BeforeBlock = _undisturbed
        self._handlers = self._table_of_handlers()

    def obey(self, request: Request, before_block: BeforeBlock = _undisturbed) -> Reply:
        """Carry a request out; `before_block(n)` is called when n blocks are done."""
        self._before_block = before_block
        before_block(0)
        handler = self._handlers.get(request.command.name, self._accept)
        try:
            return handler(request)
        except TagRefusal as refusal:
            seconds = air.addressed(_parameter_bytes(request), ERROR_BYTES)
            return Reply(ISO_ERROR, bytes((refusal.code,)), seconds)

    def _table_of_handlers(self) -> Mapping[str, Callable[[Request], Reply]]:
        return {
            "baud detection": self._baud_detection,
            "CPU reset": self._rf_reset,
            "software version": self._software_version,
            "reader information": self._reader_information,
            "RF reset": self._rf_reset,
            "RF output": self._rf_output,
            "set output": self._set_output,
            "set outputs": self._set_outputs,
            "get input": self._get_input,
            "read configuration": self._read_configuration,
            "write configuration": self._write_configuration,
            "inventory": self._inventory,
            "stay quiet": self._stay_quiet,
            "read blocks": self._read_blocks,
            "write blocks": self._write_blocks,
            "select": self._select,
            "reset to ready": self._reset_to_ready,
            "system information": self._system_information,
            "block security": self._block_security,
            **dict.fromkeys(_WRITES, self._write),
        }

    def _accept(self, _request: Request) -> Reply:
        """Outputs and configuration are taken and change nothing here."""
        return Reply()

    def _baud_detection(self, _request: Request) -> Reply:
        return Reply(data=b"\0")

    def _software_version(self, _request: Request) -> Reply:
        return Reply(data=self._version())

    def _reader_information(self, _request: Request) -> Reply:
        return Reply(data=self._version() + BUFFER_SIZES)

    def _version(self) -> bytes:
        fields = {
            "revision": 0x0205,
            "development": 0,
            "hardware": 0,
            "software": self._settings.software_type,
            "transponders": 0x0018,
        }
        return SOFTWARE_VERSION.answer.pack(fields)

    def _rf_reset(self, _request: Request) -> Reply:
        self._radio.switch(on=True)
        return Reply(seconds=air.FIELD_OFF)

    def _rf_output(self, request: Request) -> Reply:
        self._radio.switch(on=request.fields["antenna"] != 0)
        return Reply()

    def _set_output(self, request: Request) -> Reply:
        self.outputs.obey_71(request.fields)
        return Reply()

    def _set_outputs(self, request: Request) -> Reply:
        return Reply(OK if self.outputs.obey_72(request.fields) else PARAMETER_RANGE)

    def _get_input(self, _request: Request) -> Reply:
        return Reply(data=bytes((sum(1 << number - 1 for number in self.active_inputs),)))

    def _read_configuration(self, request: Request) -> Reply:
        return Reply(data=self._pages.get(request.fields["page"] & PAGE_NUMBER, EMPTY_PAGE))

    def _write_configuration(self, request: Request) -> Reply:
        self._pages[request.fields["page"] & PAGE_NUMBER] = request.fields["parameters"]
        return Reply()

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
    }
)
