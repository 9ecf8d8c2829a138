"""A scanner that sends what is held before it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from drivers.frame_trace import Direction, FrameTrace
from drivers.simulators.device import Act, Say
from drivers.simulators.faults import FaultPlan, spoil
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation

BITS_A_CHARACTER = 10


class BarcodeSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code_end` is what the scanner sends behind a code."""

    code_end: str = "\r"
    baud: int = 9600
    keeps_wire_time: bool = False


class BarcodeSimulator:
    """Owner: the thread of its host, which says what `scan` gives."""

    def __init__(
        self,
        settings: BarcodeSimulatorSettings | None = None,
        faults: FaultPlan | None = None,
        trace: FrameTrace | None = None,
    ) -> None:
        self.faults = faults or FaultPlan()
        self.trace = trace or FrameTrace()
        self._settings = settings or BarcodeSimulatorSettings()

    @property
    def character_seconds(self) -> float:
        return BITS_A_CHARACTER / self._settings.baud if self._settings.keeps_wire_time else 0.0

    def receive(self, data: bytes, at: float) -> Sequence[Act]:  # noqa: ARG002
        """Plain scanners take no commands."""
        self.trace.record(Direction.DROPPED, data, "a plain scanner takes no commands")
        return []

    def scan(self, text: str) -> list[Act]:
        """What the scanner does when a code is held before it."""
        raw = (text + self._settings.code_end).encode()
        self.trace.record_masked(Direction.SENT, raw)
        acts: list[Act] = [Say(raw)]
        for fault in self.faults.due("scan"):
            acts = [
                spoilt
                for act in acts
                for spoilt in (spoil(fault, act) if isinstance(act, Say) else [act])
            ]
        return acts


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> BarcodeSimulator:
    return BarcodeSimulator(msgspec.convert(options, BarcodeSimulatorSettings), faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: {"path": address},
    frames_are_checked=False,
)
