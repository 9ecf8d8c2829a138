"""What a FEIG reader does with a request: radio, tags and memory, without line or frames."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.feig_obid.commands import ISO15693_TYPE, MORE, NXP_CUSTOM, Request
from drivers.feig_obid.statuses import MORE_DATA, NO_TRANSPONDER, OK, UNKNOWN_COMMAND
from drivers.feig_obid.virtual_control import Handler, Reply, VirtualControl
from drivers.feig_obid.virtual_radio import VirtualRadio
from drivers.feig_obid.virtual_tag_commands import TagCommands, undisturbed
from drivers.simulators import air
from drivers.simulators.mishaps import BeforeBlock
from drivers.simulators.virtual_tags import PadField
from drivers.uid import uid_bytes


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
        self._tags = TagCommands(
            radio,
            reverses_blocks=settings.reverses_blocks,
            chip_sizes=settings.chip_sizes,
            sets_option_flag=settings.sets_option_flag,
        )
        self._handlers = self._table_of_handlers()

    def obey(self, request: Request, before_block: BeforeBlock = undisturbed) -> Reply:
        """Carry a request out; `before_block(n)` is called when n blocks are done."""
        self._tags.before_block = before_block
        before_block(0)
        handler = self._handlers.get(request.command.name)
        if handler is None or (request.command.code == NXP_CUSTOM and not self.custom_commands()):
            return Reply(UNKNOWN_COMMAND)
        return handler(request)

    def _table_of_handlers(self) -> Mapping[str, Handler]:
        return {
            **self.control_handlers(),
            **self._tags.handlers(),
            "inventory": self._inventory,
            "select": self._select,
            "EAS alarm": self._eas_alarm,
        }

    def _inventory(self, request: Request) -> Reply:
        seconds = 0.0 if request.mode & MORE else self._radio.find()
        found = self._radio.next_found()
        if not found:
            return Reply(NO_TRANSPONDER, seconds=seconds)
        records = [bytes((ISO15693_TYPE, dsfid)) + uid_bytes(uid) for uid, dsfid in found]
        status = MORE_DATA if self._radio.has_more else OK
        return Reply(status, bytes((len(found),)) + b"".join(records), seconds)

    def _select(self, request: Request) -> Reply:
        if request.uid is None or self._radio.field.tag(request.uid) is None:
            return Reply(NO_TRANSPONDER, seconds=air.addressed_unanswered(0))
        self._radio.selected = request.uid
        return Reply(seconds=air.addressed(0, 0))

    def _eas_alarm(self, _request: Request) -> Reply:
        heard, seconds = self._radio.field.eas_alarm()
        return Reply(OK if heard else NO_TRANSPONDER, seconds=seconds)
