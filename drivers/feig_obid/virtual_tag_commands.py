"""Commands to tags through a virtual FEIG reader: each one or more of the chips' own commands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from drivers.feig_obid.commands import WITH_SECURITY, Request
from drivers.feig_obid.statuses import (
    ISO_ERROR,
    NO_TRANSPONDER,
    OK,
    PARAMETER_RANGE,
    WRITE_ERROR,
)
from drivers.feig_obid.virtual_control import Handler, Reply
from drivers.feig_obid.virtual_radio import VirtualRadio
from drivers.field_layout import Fields
from drivers.iso15693_requests import (
    BLOCK_SECURITY,
    LOCK_AFI,
    LOCK_BLOCK,
    LOCK_DSFID,
    LOCK_EAS,
    READ_BLOCKS,
    RESET_EAS,
    RESET_TO_READY,
    SET_EAS,
    STAY_QUIET,
    SYSTEM_INFORMATION,
    WRITE_AFI,
    WRITE_BLOCK,
    WRITE_DSFID,
    IsoCommand,
    IsoRequest,
    parse_system_information,
)
from drivers.simulators.iso15693_field import Heard
from drivers.simulators.mishaps import BeforeBlock
from drivers.uid import Uid, uid_bytes

SELECTED = 0x02
MOST_BYTES_READ = 128
BLOCK_NUMBERS = 256


def undisturbed(_done: int) -> None:
    """Nobody takes a tag away."""


class TagCommands:
    """Owner: the thread of the simulator's host. `before_block(n)` is called when n blocks are
    done; the flags are those of FeigSimulatorSettings.
    """

    def __init__(
        self,
        radio: VirtualRadio,
        *,
        reverses_blocks: bool,
        chip_sizes: bool,
        sets_option_flag: bool,
    ) -> None:
        self.before_block: BeforeBlock = undisturbed
        self._radio = radio
        self._reverses_blocks = reverses_blocks
        self._chip_sizes = chip_sizes
        self._sets_option_flag = sets_option_flag

    def handlers(self) -> Mapping[str, Handler]:
        """By the name of the command."""
        return {
            "stay quiet": lambda request: self._unheard(STAY_QUIET, request),
            "reset to ready": lambda request: self._unheard(RESET_TO_READY, request),
            "read blocks": self._read_blocks,
            "write blocks": self._write_blocks,
            "lock blocks": self._lock_blocks,
            "system information": self._system_information,
            "block security": self._block_security,
            **dict.fromkeys(_SIMPLE, self._simple),
        }

    def _read_blocks(self, request: Request) -> Reply:
        count, secure = request.fields["count"], bool(request.mode & WITH_SECURITY)
        if not count:
            return Reply(PARAMETER_RANGE)
        heard = self._exchange(READ_BLOCKS, request, _block_range(request.fields), option=secure)
        data = heard.data
        if data is None:
            return _reply(heard)
        width = len(data) // count
        if count * (width - secure) > MOST_BYTES_READ:
            return Reply(PARAMETER_RANGE)
        rows = [data[at : at + width] for at in range(0, len(data), width)]
        blocks = [(row[:secure] or b"\0") + self._on_line(row[secure:]) for row in rows]
        return _reply(heard, bytes((count, width - secure)) + b"".join(blocks))

    def _write_blocks(self, request: Request) -> Reply:
        """Block by block, as the reader does with chips that cannot write several at once."""
        size, blocks = request.fields["size"], request.fields["blocks"]
        if len(blocks) != size * request.fields["count"]:
            return Reply(PARAMETER_RANGE)
        at = (blocks[start : start + size] for start in range(0, len(blocks), size))
        return self._block_by_block(WRITE_BLOCK, request, [self._on_line(block) for block in at])

    def _lock_blocks(self, request: Request) -> Reply:
        return self._block_by_block(LOCK_BLOCK, request, [b""] * request.fields["count"])

    def _block_by_block(
        self, command: IsoCommand, request: Request, blocks: Sequence[bytes]
    ) -> Reply:
        """The first that does not work ends it."""
        first, seconds = request.fields["first"], 0.0
        if first + len(blocks) > BLOCK_NUMBERS:
            return Reply(PARAMETER_RANGE)
        for number, block in enumerate(blocks, start=first):
            self.before_block(number - first)
            heard = self._exchange(command, request, bytes((number,)) + block)
            seconds += heard.seconds
            if heard.answer is None and number > first:
                return Reply(WRITE_ERROR, bytes((number,)), seconds)
            if heard.data is None:
                return replace(_reply(heard), seconds=seconds)
        return Reply(seconds=seconds)

    def _simple(self, request: Request) -> Reply:
        """The commands that are one of a chip's and tell nothing back."""
        command, name = _SIMPLE[request.command.name]
        parameters = bytes((request.fields[name],)) if name else b""
        return _reply(self._exchange(command, request, parameters))

    def _unheard(self, command: IsoCommand, request: Request) -> Reply:
        """The reader does not look whether somebody obeyed."""
        return Reply(seconds=self._exchange(command, request).seconds)

    def _system_information(self, request: Request) -> Reply:
        heard = self._exchange(SYSTEM_INFORMATION, request)
        if heard.data is None:
            return _reply(heard)
        told = parse_system_information(heard.data)
        less = 1 if self._chip_sizes else 0
        fields = {
            "dsfid": told.dsfid,
            "uid": uid_bytes(told.uid),
            "afi": told.afi,
            "size": (told.block_size or less) - less,
            "count": (told.block_count or less) - less,
            "chip": told.chip_reference,
        }
        return _reply(heard, request.command.answer.pack(fields))

    def _block_security(self, request: Request) -> Reply:
        if not request.fields["count"]:
            return Reply(PARAMETER_RANGE)
        heard = self._exchange(BLOCK_SECURITY, request, _block_range(request.fields))
        states = heard.data or b""
        return _reply(heard, bytes((len(states),)) + states)

    def _exchange(
        self,
        command: IsoCommand,
        request: Request,
        parameters: bytes = b"",
        *,
        option: bool = False,
    ) -> Heard:
        """The reader knows a chip's maker from the address of the command, and only from there."""
        flag = option or (
            self._sets_option_flag and self._radio.field.option_for(command, request.uid)
        )
        return self._radio.field.exchange(
            IsoRequest(command, self._addressee(request), parameters, flag)
        )

    def _addressee(self, request: Request) -> Uid | None:
        return self._radio.selected if request.mode & SELECTED else request.uid

    def _on_line(self, block: bytes) -> bytes:
        return block[::-1] if self._reverses_blocks else block


def _reply(heard: Heard, data: bytes = b"") -> Reply:
    """Several tags that answer at once drown each other."""
    if heard.answer is None:
        return Reply(NO_TRANSPONDER, seconds=heard.seconds)
    if heard.answer.error is not None:
        return Reply(ISO_ERROR, bytes((heard.answer.error,)), heard.seconds)
    return Reply(OK, data, heard.seconds)


def _block_range(fields: Fields) -> bytes:
    """As chips are told it: the first, and how many behind it."""
    return bytes((fields["first"], fields["count"] - 1))


_SIMPLE: Mapping[str, tuple[IsoCommand, str]] = MappingProxyType(
    {
        "write AFI": (WRITE_AFI, "afi"),
        "lock AFI": (LOCK_AFI, ""),
        "write DSFID": (WRITE_DSFID, "dsfid"),
        "lock DSFID": (LOCK_DSFID, ""),
        "set EAS": (SET_EAS, ""),
        "reset EAS": (RESET_EAS, ""),
        "lock EAS": (LOCK_EAS, ""),
    }
)
"""The command of the chip, and the field that is its parameter."""
