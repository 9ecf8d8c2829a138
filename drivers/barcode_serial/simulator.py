"""A scanner that sends what is held before it, and obeys the commands of its dialect."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from drivers.barcode_serial.dialects import DIALECTS, Command
from drivers.barcode_serial.ssi_simulator import SsiSimulator
from drivers.barcode_serial.virtual_scanner import BarcodeSimulatorSettings
from drivers.facts import Symbology
from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.faults import FaultPlan, prevents, spoilt
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation

__all__ = ["SIMULATION", "BarcodeSimulator", "BarcodeSimulatorSettings"]

ACK, NAK = b"\x06", b"\x15"


class BarcodeSimulator:
    """A scanner whose codes are lines. Owner: the thread of its host, which says what `scan`
    gives.
    """

    def __init__(
        self,
        settings: BarcodeSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace()
        self._settings = settings or BarcodeSimulatorSettings()
        self._dialect = DIALECTS[self._settings.dialect]
        self._commands = self._dialect.setup + self._dialect.on + self._dialect.off
        self._buffer = b""
        self._listening = not self._dialect.once

    @property
    def character_seconds(self) -> float:
        return self._settings.character_seconds

    @property
    def listening(self) -> bool:
        return self._listening

    def receive(self, data: bytes, at: float) -> Sequence[Act]:  # noqa: ARG002
        """What is no command of this dialect is dropped byte by byte."""
        self._buffer += data
        acts: list[Act] = []
        while self._buffer:
            command = next(
                (one for one in self._commands if self._buffer.startswith(one.raw)), None
            )
            if command is not None:
                self._buffer = self._buffer[len(command.raw) :]
                acts += self._obey(command)
            elif any(one.raw.startswith(self._buffer) for one in self._commands):
                break
            else:
                self.trace.record(Direction.DROPPED, self._buffer[:1], "no command")
                self._buffer = self._buffer[1:]
        return acts

    def scan(self, text: str, symbology: Symbology = Symbology.CODE_128) -> list[Act]:
        """What the scanner does when a code is held before it."""
        if not self._listening:
            return []
        self._listening = not self._dialect.once
        raw = self._settings.printed(text, symbology) + self._settings.code_end.encode()
        self.trace.record_masked(Direction.SENT, raw)
        return spoilt([Say(raw)], self.faults.due("scan"))

    def _obey(self, command: Command) -> list[Act]:
        struck = self.faults.due(command.name)
        if any(prevents(fault) for fault in struck):
            return []
        self.trace.record(Direction.RECEIVED, command.raw, command.name)
        taken = command.name not in self._settings.refuses
        if taken and command not in self._dialect.setup:
            self._listening = command in self._dialect.on
        if not command.answered:
            return []
        answer = _ANSWERS[self._settings.dialect](command, ACK if taken else NAK)
        self.trace.record(Direction.SENT, answer, command.name)
        return spoilt([Say(answer)], struck)


def _newland_answer(command: Command, verdict: bytes) -> bytes:
    return b"\x02\x01" + command.raw[2:-2] + verdict + command.raw[-2:]


def _honeywell_answer(command: Command, verdict: bytes) -> bytes:
    return command.raw[3:-1] + verdict + command.raw[-1:]


_ANSWERS = MappingProxyType({"honeywell": _honeywell_answer, "newland": _newland_answer})


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> object:
    settings = msgspec.convert(options, BarcodeSimulatorSettings)
    framed = DIALECTS[settings.dialect].tells_symbology
    return (SsiSimulator if framed else BarcodeSimulator)(settings, faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address},
    frames_are_checked=False,
)
