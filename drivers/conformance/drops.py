"""Book-drops: the sensors as they are, and outputs that fall back to rest by themselves."""

from collections.abc import Sequence
from contextlib import suppress

from drivers.conformance.every_kind import CHECKS as EVERY_KIND
from drivers.conformance.line_faults import fault_checks
from drivers.conformance.rig import Call, Rig, becomes_true, expect
from drivers.conformance.trial import Check, Trial, rig_of
from drivers.deadline import Deadline
from drivers.errors import DriverError
from drivers.facts import ChuteState
from drivers.interfaces import ChuteOrder

SETTLE_SECONDS = 1.0
REST_SECONDS = 2.0
"""Without `keep_alive` for so long, outputs go to rest (drivers/interfaces.py)."""

LATE_SECONDS = 1.0


class DropRig(Rig):
    """A chute that is empty."""

    call_seconds = 2.0

    def prepare(self) -> None:
        """The chute is made empty."""

    def calls(self) -> Sequence[Call]:
        return (
            Call("open", self.open),
            Call("state", self._state),
            Call("next_change", self._next_change, patient=True),
            Call("order", self._order),
        )

    def put_in(self) -> None:
        """Lay an item into the mouth."""
        self.host.say(self.device.put_in())

    def take_out(self) -> None:
        """Take it back out."""
        self.host.say(self.device.take_out())

    def order(self, order: ChuteOrder) -> None:
        """Set the outputs."""
        with self.watched("order", self.call_seconds) as deadline:
            self.driver.order(order, deadline)

    def rests_within(self, seconds: float) -> bool:
        """True when no output is on any more, at the latest after so long."""
        return becomes_true(lambda: not self.device.outputs, seconds)

    def _state(self, _turn: int, deadline: Deadline) -> bool:
        self.put_in()
        try:
            return self._until_mouth(deadline, full=True)
        finally:
            self.take_out()

    def _until_mouth(self, deadline: Deadline, *, full: bool) -> bool:
        """Sensors are debounced: they may need a moment."""
        while not deadline.expired():
            if self._checked(self.driver.state(deadline)).item_in_mouth is full:
                return True
        return False

    def _next_change(self, _turn: int, deadline: Deadline) -> bool:
        if not self._until_mouth(deadline, full=False):
            return False
        self.put_in()
        try:
            change = self.driver.next_change(deadline)
            return change is not None and self._checked(change).item_in_mouth
        finally:
            self.take_out()

    def _order(self, _turn: int, deadline: Deadline) -> bool:
        self.driver.keep_alive()
        self.driver.order(ChuteOrder.OPEN_SHUTTER, deadline)
        opened = ChuteOrder.OPEN_SHUTTER in self.device.outputs
        self.driver.order(ChuteOrder.REST, deadline)
        return opened and not self.device.outputs

    def _checked(self, state: ChuteState) -> ChuteState:
        expect(not state.bin_full, "the bin is told to be full, and it is empty")
        expect(not state.jammed, "a jam is told, and there is none")
        return state


def rest_when_closed(trial: Trial) -> None:
    with rig_of(trial, DropRig) as rig:
        rig.connect()
        rig.driver.keep_alive()
        rig.order(ChuteOrder.OPEN_SHUTTER)
        expect(bool(rig.device.outputs), "order opened no shutter")
        rig.driver.close()
        expect(
            rig.rests_within(SETTLE_SECONDS),
            f"after close these outputs are on: {', '.join(rig.device.outputs)}",
        )


def rest_when_nobody_lives(trial: Trial) -> None:
    with rig_of(trial, DropRig) as rig:
        rig.connect()
        rig.order(ChuteOrder.OPEN_SHUTTER)
        for _ in range(3):
            rig.driver.keep_alive()
            expect(
                not rig.rests_within(REST_SECONDS / 4), "outputs rest, and keep_alive was called"
            )
        expect(
            rig.rests_within(REST_SECONDS + LATE_SECONDS),
            f"{', '.join(rig.device.outputs)}: still on long after keep_alive was called last",
        )


def rest_when_unplugged_and_back(trial: Trial) -> None:
    with rig_of(trial, DropRig) as rig:
        rig.connect()
        rig.order(ChuteOrder.OPEN_SHUTTER)
        rig.host.unplug()
        with suppress(DriverError):
            rig.order(ChuteOrder.TO_BIN)
        rig.put_right()
        expect(rig.rests_within(SETTLE_SECONDS), "open left an output on from before")


CHECKS = (
    *EVERY_KIND,
    Check("rest-closed", "all outputs rest after close", rest_when_closed),
    Check("rest-alone", "all outputs rest when keep_alive stops", rest_when_nobody_lives),
    Check("rest-reopened", "all outputs rest after open", rest_when_unplugged_and_back),
    *fault_checks(),
)
