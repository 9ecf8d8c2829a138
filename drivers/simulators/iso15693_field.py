"""The tags of a pad as a reader hears them: ISO 15693 requests in, answers and times out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drivers.interfaces import SystemInformation
from drivers.iso15693_requests import (
    BLOCK_SECURITY,
    EAS_ALARM,
    LOCK_AFI,
    LOCK_BLOCK,
    LOCK_DSFID,
    LOCK_EAS,
    READ_BLOCK,
    READ_BLOCKS,
    RESET_EAS,
    RESET_TO_READY,
    SET_EAS,
    STAY_QUIET,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCK,
    WRITE_DSFID,
    IsoAnswer,
    IsoCommand,
    IsoRequest,
    pack_system_information,
)
from drivers.simulators import air
from drivers.simulators.virtual_tags import PadField, TagRefusal, VirtualTag
from drivers.uid import Uid

NOT_SUPPORTED = 0x01
FORMAT_ERROR = 0x02
CHECK_BYTES = 2
EAS_SEQUENCE = bytes(32)
"""Stands for the 256 bits that a chip with EAS set sends; readers look for its presence only."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the reader heard, and the seconds on the air. No answer: silence, or a collision."""

    answer: IsoAnswer | None
    seconds: float
    collision: bool = False

    @property
    def data(self) -> bytes | None:
        """What a chip that obeyed has told."""
        return self.answer.data if self.answer and self.answer.error is None else None


class IsoField:
    """Owner: the thread of the simulator's host. `pad` may be changed from any thread."""

    def __init__(self, pad: PadField) -> None:
        self._pad = pad

    def inventory(self, afi: int | None = None) -> tuple[list[VirtualTag], float]:
        """The tags that answer, in the order a mask tree finds them."""
        here = {tag.uid: tag for tag in self._pad.tags() if not tag.quiet and _fits(tag, afi)}
        found, seconds = air.inventory(list(here))
        return [here[uid] for uid in found], seconds

    def reset(self) -> None:
        """The field is off for a moment: quiet tags wake up."""
        self._pad.lose_power()

    def tag(self, uid: Uid) -> VirtualTag | None:
        """The tag, if it is in reach."""
        return self._pad.tag(uid)

    def option_for(self, command: IsoCommand, uid: Uid | None) -> bool:
        """What a reader that knows its chips says in the option flag of a write."""
        tag = self.tag(uid) if uid else None
        return command.writes and tag is not None and tag.chip.needs_option_flag

    def eas_alarm(self) -> tuple[bool, float]:
        """Whether a tag with EAS set is there, and the seconds on the air: those that are answer
        alike, so that a reader hears them as one.
        """
        heard = self.exchange(IsoRequest(EAS_ALARM))
        return heard.answer is not None or heard.collision, heard.seconds

    def exchange(self, request: IsoRequest) -> Heard:
        """One request and its answer."""
        asked = len(request.body()) + CHECK_BYTES
        tags = self._addressed(request)
        if not tags:
            return Heard(None, air.unanswered(asked))
        answers = [_obey(tag, request) for tag in tags]
        answered = [answer for answer in answers if answer is not None]
        if not answered:
            return Heard(None, air.unanswered(asked))
        seconds = air.exchange(asked, len(answered[0].body()) + CHECK_BYTES)
        if request.command.writes and answered[0].error is None:
            seconds += tags[0].chip.write_seconds
        if len(answered) > 1:
            return Heard(None, seconds, collision=True)
        return Heard(answered[0], seconds)

    def _addressed(self, request: IsoRequest) -> list[VirtualTag]:
        if request.uid is None:
            return list(self._pad.tags())
        tag = self._pad.tag(request.uid)
        return [tag] if tag else []


def _fits(tag: VirtualTag, afi: int | None) -> bool:
    """A half byte of 0 in the asked AFI stands for any."""
    if not afi:
        return True
    return all(not afi & half or (afi & half) == (tag.afi & half) for half in (0xF0, 0x0F))


def _obey(tag: VirtualTag, request: IsoRequest) -> IsoAnswer | None:
    handler = _HANDLERS.get(request.command)
    if handler is None:
        return IsoAnswer(error=NOT_SUPPORTED)
    try:
        data = handler(tag, request)
    except TagRefusal as refusal:
        return IsoAnswer(error=refusal.code)
    except IndexError:
        return IsoAnswer(error=FORMAT_ERROR)
    return None if data is None else IsoAnswer(data)


def _blocks(tag: VirtualTag, request: IsoRequest, count: int) -> bytes:
    first = request.parameters[0]
    return b"".join(
        (bytes((tag.is_locked(at),)) if request.option else b"") + tag.read(at)
        for at in range(first, first + count)
    )


def _system_information(tag: VirtualTag, _request: IsoRequest) -> bytes:
    chip = tag.chip
    return pack_system_information(
        SystemInformation(tag.uid, tag.dsfid, tag.afi, chip.block_size, chip.blocks, chip.reference)
    )


def _security(tag: VirtualTag, request: IsoRequest) -> bytes:
    first, count = request.parameters[0], request.parameters[1] + 1
    return bytes(tag.is_locked(at) for at in range(first, first + count))


def _write_block(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.write(request.parameters[0], request.parameters[1:], option=request.option)
    return b""


def _lock_block(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.lock(request.parameters[0], option=request.option)
    return b""


def _write_afi(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.write_afi(request.parameters[0], option=request.option)
    return b""


def _lock_afi(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.lock_afi(option=request.option)
    return b""


def _write_dsfid(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.write_dsfid(request.parameters[0], option=request.option)
    return b""


def _lock_dsfid(tag: VirtualTag, request: IsoRequest) -> bytes:
    tag.lock_dsfid(option=request.option)
    return b""


def _stay_quiet(tag: VirtualTag, _request: IsoRequest) -> None:
    tag.quiet = True


def _reset_to_ready(tag: VirtualTag, _request: IsoRequest) -> bytes:
    tag.quiet = False
    return b""


def _eas(tag: VirtualTag, *, on: bool) -> bytes:
    tag.write_eas(on=on)
    return b""


def _lock_eas(tag: VirtualTag, _request: IsoRequest) -> bytes:
    tag.lock_eas()
    return b""


def _eas_alarm(tag: VirtualTag, _request: IsoRequest) -> bytes | None:
    return EAS_SEQUENCE if tag.chip.has_eas and tag.eas else None


_HANDLERS: Mapping[IsoCommand, Callable[[VirtualTag, IsoRequest], bytes | None]] = MappingProxyType(
    {
        STAY_QUIET: _stay_quiet,
        READ_BLOCK: lambda tag, request: _blocks(tag, request, 1),
        WRITE_BLOCK: _write_block,
        LOCK_BLOCK: _lock_block,
        READ_BLOCKS: lambda tag, request: _blocks(tag, request, request.parameters[1] + 1),
        RESET_TO_READY: _reset_to_ready,
        WRITE_AFI: _write_afi,
        LOCK_AFI: _lock_afi,
        WRITE_DSFID: _write_dsfid,
        LOCK_DSFID: _lock_dsfid,
        SYSTEM_INFORMATION: _system_information,
        BLOCK_SECURITY: _security,
        SET_EAS: lambda tag, _: _eas(tag, on=True),
        RESET_EAS: lambda tag, _: _eas(tag, on=False),
        LOCK_EAS: _lock_eas,
        EAS_ALARM: _eas_alarm,
    }
)
