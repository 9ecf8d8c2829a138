"""A book-drop's chute on GPIO pins or a reader's inputs and outputs, as a `BookDropChute`.

docs/protocols/book-drop.md.
"""

from math import inf
from time import monotonic
from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.book_drop.chute_watch import ChuteWatch
from drivers.contacts.lines import REST, Names, Sample
from drivers.contacts.settled_lines import AT_ONCE, SettledLines
from drivers.contacts.wiring import Lines, check_wiring, wire
from drivers.deadline import Deadline
from drivers.facts import ChuteState
from drivers.frame_trace import FrameTrace
from drivers.interfaces import ChuteOrder, DeviceIdentity
from drivers.registry import Driver

HOLD_SECONDS = 2.0
"""Outputs are on for so long after the last sign of life, and no longer."""

RENEW_SECONDS = 0.5
"""A sign of life that comes sooner after the last one costs nothing."""

RENEWING_SECONDS = 0.5

ChuteInput = Literal["mouth", "passed", "bin_full"]
ChuteOutput = Literal["shutter", "give_back", "bin", "other_bin", "lamp"]

OUTPUTS: dict[ChuteOrder, Names] = {
    ChuteOrder.REST: REST,
    ChuteOrder.OPEN_SHUTTER: frozenset({"shutter"}),
    ChuteOrder.GIVE_BACK: frozenset({"give_back", "lamp"}),
    ChuteOrder.TO_BIN: frozenset({"shutter", "bin"}),
    ChuteOrder.TO_OTHER_BIN: frozenset({"shutter", "other_bin"}),
}
"""What is on at an order; outputs that a chute does not have are left out."""


class BookDropSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`inputs` and `outputs` say which line is what. `pass_seconds`: how long an item may take from
    the order to the far sensor. `full_seconds`: how long the bin's sensor is covered by a full bin
    only.
    """

    lines: Lines
    inputs: dict[ChuteInput, int]
    outputs: dict[ChuteOutput, int | str]
    debounce_seconds: Annotated[float, Meta(ge=0.005, le=0.5)] = 0.03
    pass_seconds: Annotated[float, Meta(ge=0.2, le=60)] = 4.0
    full_seconds: Annotated[float, Meta(ge=0.5, le=60)] = 2.5

    def __post_init__(self) -> None:
        check_wiring(self.lines, self.inputs, self.outputs)
        if not {"mouth", "passed"} <= self.inputs.keys() or "shutter" not in self.outputs:
            raise ValueError("a chute has at least the inputs mouth and passed, and a shutter")


class BookDrop:
    """Owner: the thread that calls `open`; others may call `cancel` only."""

    def __init__(self, settings: BookDropSettings, trace: FrameTrace | None = None) -> None:
        self._settings = settings
        trace = trace or FrameTrace()
        self._lines = wire(settings.lines, settings.inputs, settings.outputs, trace)
        self._settled = SettledLines(self._lines, settings.debounce_seconds)
        self._watch = self._watch_from(Sample(monotonic(), REST))
        self._told = self._watch.state
        self._order = ChuteOrder.REST
        self._held_at = 0.0

    def open(self, deadline: Deadline) -> DeviceIdentity:
        self._order = ChuteOrder.REST
        identity = self._lines.open(deadline)
        self._watch = self._watch_from(self._settled.start(deadline))
        self._told = self._watch.state
        return identity

    def close(self) -> None:
        self._order = ChuteOrder.REST
        self._lines.close()

    def cancel(self) -> None:
        self._lines.cancel()

    def state(self, deadline: Deadline) -> ChuteState:
        self._look(AT_ONCE, deadline)
        self._told = self._watch.state
        return self._told

    def next_change(self, deadline: Deadline) -> ChuteState | None:
        until = AT_ONCE
        while True:
            self._look(until, deadline)
            if self._watch.state != self._told:
                self._told = self._watch.state
                return self._told
            if deadline.expired():
                return None
            until = self._watch.due() or inf

    def order(self, order: ChuteOrder, deadline: Deadline) -> None:
        self._order = ChuteOrder.REST
        self._hold(order, deadline)
        self._order = order
        self._watch.order(order, monotonic())

    def keep_alive(self) -> None:
        """What fell back to rest because this came too late stays there until the next order."""
        late = monotonic() - self._held_at
        if late >= HOLD_SECONDS:
            self._order = ChuteOrder.REST
        elif self._order is not ChuteOrder.REST and late >= RENEW_SECONDS:
            self._hold(self._order, Deadline.after(RENEWING_SECONDS))

    def _hold(self, order: ChuteOrder, deadline: Deadline) -> None:
        """The time counts from before: outputs that have fallen back are never taken for held."""
        wanted, now = OUTPUTS[order] & self._settings.outputs.keys(), monotonic()
        self._lines.hold(wanted, HOLD_SECONDS, deadline)
        self._held_at = now

    def _watch_from(self, start: Sample) -> ChuteWatch:
        return ChuteWatch(self._settings.pass_seconds, self._settings.full_seconds, start)

    def _look(self, until: float, deadline: Deadline) -> None:
        edges, certain_until = self._settled.look(until, deadline)
        for edge in edges:
            self._watch.change(edge)
        self._watch.pass_time(certain_until)


DRIVER = Driver(
    name="book_drop",
    kind="drop",
    summary="book-drops with sensors and outputs on GPIO pins or a FEIG reader",
    settings=BookDropSettings,
    make=BookDrop,
    simulation="drivers.book_drop.simulator:SIMULATION",
)
