"""A gate with an alarm contact and two beams, wired to a FEIG reader on a pseudo-terminal."""

from collections.abc import Mapping, Sequence
from threading import Lock
from time import monotonic
from typing import Any

import msgspec
from msgspec import Struct

from drivers.contact_gate.contact_watch import ALARM
from drivers.contact_gate.passages import INNER, OUTER
from drivers.contacts.lines import Names
from drivers.contacts.simulator import Machine, WiredReader, wired_settings
from drivers.frame_trace import FrameTrace
from drivers.simulators.device import Act
from drivers.simulators.faults import FaultPlan
from drivers.simulators.pty_host import PtyHost
from drivers.simulators.simulation import Simulation
from drivers.simulators.virtual_tags import VirtualTag

INPUTS = (ALARM, OUTER, INNER)
OUTPUTS = ("lamp", "sounder")


class ContactGateSimulatorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`step_seconds`: from one beam to the next. The alarm contact closes for `alarm_seconds` when
    a tag with the AFI `secured_afi` passes.
    """

    step_seconds: float = 0.1
    alarm_seconds: float = 0.3
    secured_afi: int = 0x07


class WalkedThrough(Machine):
    """Contacts that open and close at the times that were laid down. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._closed: set[str] = set()
        self._coming: list[tuple[float, str, bool]] = []

    def lay_down(self, steps: Sequence[tuple[float, str, bool]]) -> None:
        """Seconds from now, contact, closed; behind what was laid down before."""
        with self._lock:
            begin = max([monotonic(), *(at for at, _, _ in self._coming)])
            self._coming += [(begin + after, contact, closed) for after, contact, closed in steps]
            self._coming.sort()

    def closed(self, now: float, outputs: Names) -> Names:  # noqa: ARG002 - no output moves it
        with self._lock:
            while self._coming and self._coming[0][0] <= now:
                _, contact, closed = self._coming.pop(0)
                (self._closed.add if closed else self._closed.discard)(contact)
            return frozenset(self._closed)


class ContactGateSimulator(WiredReader):
    """Owner: the thread of its host; any thread may `walk`, `close_contact` and look at `lamp`."""

    def __init__(
        self, settings: ContactGateSimulatorSettings, faults: FaultPlan, trace: FrameTrace
    ) -> None:
        self._people = WalkedThrough()
        self._gate = settings
        super().__init__(self._people, INPUTS, OUTPUTS, faults, trace)

    @property
    def lamp(self) -> bool:
        """True while the alarm lamp is lit."""
        return "lamp" in self.outputs_on()

    def walk(self, tags: Sequence[VirtualTag], *, inwards: bool) -> Sequence[Act]:
        """A person walks through: the contacts follow by themselves while the reader is asked."""
        first, second = (OUTER, INNER) if inwards else (INNER, OUTER)
        step = self._gate.step_seconds
        steps = [
            (step, first, True),
            (2 * step, second, True),
            (3 * step, first, False),
            (4 * step, second, False),
        ]
        if any(tag.afi == self._gate.secured_afi for tag in tags):
            steps += [(step, ALARM, True), (step + self._gate.alarm_seconds, ALARM, False)]
        self._people.lay_down(steps)
        return []

    def close_contact(self, contact: str, *, closed: bool) -> None:
        """A contact sticks, or is free again."""
        self._people.lay_down([(0.0, contact, closed)])


def _make(options: Mapping[str, Any], faults: FaultPlan, trace: FrameTrace) -> ContactGateSimulator:
    return ContactGateSimulator(
        msgspec.convert(options, ContactGateSimulatorSettings), faults, trace
    )


SIMULATION = Simulation(
    make=_make,
    host=PtyHost,
    settings=lambda address: wired_settings(address, INPUTS, OUTPUTS),
    hurried={"lines": {"patience": 0.2}},
)
