"""Gates and people counters with contacts, as a `SecurityGate` (docs/protocols/gates.md).

Such a gate cannot tell which tag alarmed.
"""

from math import inf
from time import monotonic
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from drivers.contact_gate.contact_watch import ContactWatch
from drivers.contact_gate.passages import BeamPair, Counter, OneBeam
from drivers.contacts.lines import REST, Names, Sample
from drivers.contacts.settled_lines import AT_ONCE, SettledLines
from drivers.contacts.wiring import Lines, check_wiring, wire
from drivers.deadline import Deadline
from drivers.errors import DeviceRefused
from drivers.facts import GateEvent
from drivers.frame_trace import FrameTrace
from drivers.interfaces import DeviceIdentity, GateSignal
from drivers.registry import Driver

MOST_UNTAKEN = 1000
"""Contacts are not looked at any more while so many events wait to be taken."""

GateInput = Literal["alarm", "outer_beam", "inner_beam", "beam"]
GateOutput = Literal["lamp", "sounder"]

SIGNALS: dict[GateSignal, Names] = {
    GateSignal.OFF: REST,
    GateSignal.LAMP: frozenset({"lamp"}),
    GateSignal.LAMP_AND_SOUND: frozenset({"lamp", "sounder"}),
}


class ContactGateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`inputs` and `outputs` say which line is what. `one_beam`: with a single beam, whether each
    interruption is somebody who came in, or two of them are one who came and went.
    """

    lines: Lines
    inputs: dict[GateInput, int]
    outputs: dict[GateOutput, int | str] = field(default_factory=dict)
    one_beam: Literal["in", "both ways"] = "both ways"
    debounce_seconds: Annotated[float, Meta(ge=0.005, le=0.5)] = 0.03
    walk_seconds: Annotated[float, Meta(gt=0, le=10)] = 1.0
    stuck_seconds: Annotated[float, Meta(ge=1)] = 60.0

    def __post_init__(self) -> None:
        check_wiring(self.lines, self.inputs, self.outputs)
        beams = self.inputs.keys() - {"alarm"}
        if not self.inputs or beams not in ({"outer_beam", "inner_beam"}, {"beam"}, set()):
            raise ValueError("inputs: an alarm, a beam, or an outer_beam with an inner_beam")


class ContactGate:
    """Owner: the thread that calls `open`. Events that were not taken outlive a lost line."""

    def __init__(self, settings: ContactGateSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        trace = trace or FrameTrace()
        self._lines = wire(settings.lines, settings.inputs, settings.outputs, trace)
        self._untaken: list[GateEvent] = []
        self._given = 0
        self._settled = SettledLines(self._lines, settings.debounce_seconds)
        self._watch = self._watch_from(Sample(monotonic(), REST))

    def open(self, deadline: Deadline) -> DeviceIdentity:
        identity = self._lines.open(deadline)
        self._watch = self._watch_from(self._settled.start(deadline))
        return identity

    def close(self) -> None:
        self._lines.close()

    def cancel(self) -> None:
        self._lines.cancel()

    def events(self, deadline: Deadline) -> tuple[GateEvent, ...]:
        while len(self._untaken) < MOST_UNTAKEN:
            self._look(deadline)
            if self._untaken or deadline.expired():
                break
        self._given = len(self._untaken)
        return tuple(self._untaken)

    def taken(self, deadline: Deadline) -> None:  # noqa: ARG002 - contacts need not be told
        del self._untaken[: self._given]
        self._given = 0

    def signal(self, signal: GateSignal, seconds: float, deadline: Deadline) -> None:
        wanted = SIGNALS[signal] & self._settings.outputs.keys()
        if wanted != SIGNALS[signal]:
            missing = ", ".join(sorted(SIGNALS[signal] - wanted))
            raise DeviceRefused(f"this gate has no {missing}; see its outputs", status=0)
        if self._settings.outputs:
            self._lines.hold(wanted, seconds, deadline)

    def _watch_from(self, start: Sample) -> ContactWatch:
        """What is closed at the start is a state, not an event."""
        counter = _counter(self._settings, start.closed)
        return ContactWatch(self._settings.stuck_seconds, counter, start)

    def _look(self, deadline: Deadline) -> None:
        """Wait for the next change, but not when there is something to give already."""
        until = AT_ONCE if self._untaken else self._watch.due() or inf
        edges, certain_until = self._settled.look(until, deadline)
        for edge in edges:
            self._untaken += self._watch.change(edge)
        self._untaken += self._watch.pass_time(certain_until)


def _counter(settings: ContactGateSettings, closed: Names) -> Counter:
    if "beam" in settings.inputs:
        return OneBeam(both_ways=settings.one_beam == "both ways")
    return BeamPair(settings.walk_seconds, closed)


DRIVER = Driver(
    name="contact_gate",
    kind="gate",
    summary="gates and people counters with contacts, on GPIO pins or a reader's inputs",
    settings=ContactGateSettings,
    make=ContactGate,
    simulation="drivers.contact_gate.simulator:SIMULATION",
)
