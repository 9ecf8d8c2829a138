"""A chute as a small machine on the wires of a FEIG reader.

An item lies in the mouth; while the shutter is open it falls past the far sensor into a bin; an
arm gives it back. A full bin covers its sensor, and what falls past covers it for a moment too.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import msgspec
from msgspec import Struct

from drivers.book_drop.chute_watch import BIN_FULL, MOUTH, PASSED, SENSORS
from drivers.contacts.lines import Names
from drivers.contacts.simulator import Machine, WiredReader, wired_settings
from drivers.frame_trace import FrameTrace
from drivers.interfaces import ChuteOrder
from drivers.simulators.device import Act
from drivers.simulators.faults import FaultPlan
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation

OUTPUTS = ("shutter", "give_back", "bin", "other_bin", "lamp")

ORDERS: Mapping[str, str] = {
    "shutter": ChuteOrder.OPEN_SHUTTER,
    "give_back": ChuteOrder.GIVE_BACK,
    "bin": ChuteOrder.TO_BIN,
    "other_bin": ChuteOrder.TO_OTHER_BIN,
    "lamp": "lamp",
}


class BookDropSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`fall_seconds`: from the opening of the shutter to the far sensor, which is covered for
    `passing_seconds`.
    """

    fall_seconds: float = 0.3
    passing_seconds: float = 0.12


class Chute(Machine):
    """Any thread may use it: hands put in and take out, the reader's host looks."""

    def __init__(self, settings: BookDropSimulatorSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._in_mouth = False
        self._falls_from: float | None = None
        self._into = ""
        self.bin_full = False
        self.jammed = False
        self.fallen: dict[str, int] = {"bin": 0, "other_bin": 0}

    def put_in(self) -> None:
        with self._lock:
            self._in_mouth = True

    def take_out(self) -> None:
        with self._lock:
            self._in_mouth = False

    def closed(self, now: float, outputs: Names) -> Names:
        with self._lock:
            self._move(now, outputs)
            covered = {MOUTH: self._in_mouth, PASSED: self._passes(now), BIN_FULL: self._full(now)}
            return frozenset(name for name, is_covered in covered.items() if is_covered)

    def _move(self, now: float, outputs: Names) -> None:
        if self._in_mouth and not self.jammed and "shutter" in outputs:
            self._in_mouth, self._falls_from = False, now
            self._into = "other_bin" if "other_bin" in outputs else "bin"
        elif "give_back" in outputs and not self.jammed:
            self._in_mouth = False
        if self._falls_from is not None and now >= self._gone_at(self._falls_from):
            self.fallen[self._into] += 1
            self._falls_from = None

    def _passes(self, now: float) -> bool:
        start = self._falls_from
        return start is not None and start + self._settings.fall_seconds <= now

    def _full(self, now: float) -> bool:
        return self.bin_full or self._passes(now)

    def _gone_at(self, start: float) -> float:
        return start + self._settings.fall_seconds + self._settings.passing_seconds


class BookDropSimulator(WiredReader):
    """Owner: the thread of its host; any thread may use the hands' side of it."""

    def __init__(
        self, settings: BookDropSimulatorSettings, faults: FaultPlan, trace: FrameTrace
    ) -> None:
        self.chute = Chute(settings)
        super().__init__(self.chute, SENSORS, OUTPUTS, faults, trace)

    @property
    def bin_full(self) -> bool:
        return self.chute.bin_full

    @bin_full.setter
    def bin_full(self, is_full: bool) -> None:
        self.chute.bin_full = is_full

    @property
    def jammed(self) -> bool:
        """An item that hangs in the shutter."""
        return self.chute.jammed

    @jammed.setter
    def jammed(self, hangs: bool) -> None:
        self.chute.jammed = hangs

    @property
    def outputs(self) -> frozenset[str]:
        """The outputs that are on, by the names of ChuteOrder."""
        return frozenset(ORDERS[name] for name in self.outputs_on())

    def put_in(self) -> Sequence[Act]:
        """An item lies in the mouth."""
        self.chute.put_in()
        return []

    def take_out(self) -> Sequence[Act]:
        """It is taken back out of the mouth."""
        self.chute.take_out()
        return []


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> BookDropSimulator:
    return BookDropSimulator(msgspec.convert(options, BookDropSimulatorSettings), faults, trace)


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: wired_settings(address, SENSORS, OUTPUTS),
    hurried={"lines": {"patience": 0.2}},
)
