"""A book-drop's chute: a small machine on a reader's wires, and one on GPIO pins."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory

from drivers.book_drop import driver as book_drop
from drivers.book_drop.driver import BookDrop, BookDropSettings
from drivers.book_drop.simulator import SIMULATION, BookDropSimulator
from drivers.contacts import gpio_lines
from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost, DriverError
from drivers.facts import ChuteState
from drivers.frame_trace import FrameTrace
from drivers.interfaces import ChuteOrder
from drivers.simulators.faults import FaultPlan, Lose, PlannedFault
from drivers.simulators.pty_host import PtyHost
from tests.waiting import eventually

PINS = {"mouth": 17, "passed": 22, "bin_full": 23}
SHUTTER, OTHER_BIN = 5, 6


def within(seconds: float = 3.0) -> Deadline:
    return Deadline.after(seconds)


def settings(**changed: object) -> BookDropSettings:
    return msgspec.convert({"pass_seconds": 0.8, "full_seconds": 0.5, **changed}, BookDropSettings)


class Drop:
    def __init__(self, folder: Path) -> None:
        self.simulator: BookDropSimulator = SIMULATION.make(
            {"fall_seconds": 0.1, "passing_seconds": 0.08}, FaultPlan(), FrameTrace()
        )
        self.host = PtyHost(self.simulator, folder / "drop")
        self.chute = BookDrop(settings(**SIMULATION.settings(self.host.address)))
        self.chute.open(within())

    def close(self) -> None:
        self.chute.close()
        self.host.close()

    def order(self, order: ChuteOrder) -> None:
        self.chute.order(order, within())

    def is_empty(self) -> bool:
        return self.chute.state(within()) == ChuteState(False, False, False)

    def until_fallen(self) -> dict[str, int]:
        """What lies in the bins, once something does."""

        def fallen() -> dict[str, int]:
            self.chute.state(within())
            bins = self.simulator.chute.fallen
            return bins if any(bins.values()) else {}

        return eventually(fallen, 3, "an item in a bin")

    def until(self, seen: Callable[[ChuteState], bool], seconds: float = 4.0) -> ChuteState:
        """The next change after which the chute is so; the controller lives meanwhile."""

        def changed() -> ChuteState | None:
            self.chute.keep_alive()
            state = self.chute.next_change(within(0.2))
            return state if state is not None and seen(state) else None

        found = eventually(changed, seconds, "the wanted state")
        assert found is not None
        return found


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    drop = Drop(tmp_path)
    yield drop
    drop.close()


@pytest.mark.parametrize(
    ("order", "into"), [(ChuteOrder.TO_BIN, "bin"), (ChuteOrder.TO_OTHER_BIN, "other_bin")]
)
def test_an_item_falls_past_the_far_sensor_into_its_bin(
    drop: Drop, order: ChuteOrder, into: str
) -> None:
    drop.simulator.put_in()
    assert drop.until(lambda state: state.item_in_mouth) == ChuteState(True, False, False)
    drop.order(order)
    gone = drop.until(lambda state: state.item_passed)
    assert (gone.item_in_mouth, gone.jammed) == (False, False)
    assert drop.until_fallen() == {"bin": 0, "other_bin": 0, into: 1}
    drop.order(ChuteOrder.REST)
    assert eventually(drop.is_empty, 3, "an empty chute")
    assert drop.simulator.outputs == frozenset()


def test_an_item_is_given_back(drop: Drop) -> None:
    drop.simulator.put_in()
    drop.until(lambda state: state.item_in_mouth)
    drop.order(ChuteOrder.GIVE_BACK)
    assert drop.simulator.outputs == {ChuteOrder.GIVE_BACK, "lamp"}
    assert not drop.until(lambda state: not state.item_in_mouth).item_passed
    assert sum(drop.simulator.chute.fallen.values()) == 0


def test_an_item_that_hangs_in_the_shutter_is_a_jam_until_it_is_taken_out(drop: Drop) -> None:
    drop.simulator.put_in()
    drop.until(lambda state: state.item_in_mouth)
    drop.simulator.jammed = True
    drop.order(ChuteOrder.TO_BIN)
    assert drop.until(lambda state: state.jammed).item_in_mouth
    drop.order(ChuteOrder.REST)
    drop.simulator.take_out()
    assert not drop.until(lambda state: not state.item_in_mouth).jammed


def test_a_full_bin_is_told_and_a_falling_item_is_not_a_full_bin(drop: Drop) -> None:
    drop.simulator.put_in()
    drop.until(lambda state: state.item_in_mouth)
    drop.order(ChuteOrder.TO_BIN)
    assert not drop.until(lambda state: state.item_passed).bin_full
    drop.simulator.bin_full = True
    drop.until(lambda state: state.bin_full)
    drop.simulator.bin_full = False
    drop.until(lambda state: not state.bin_full)


def test_outputs_rest_when_the_controller_has_died(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_drop, "HOLD_SECONDS", 0.4)
    monkeypatch.setattr(book_drop, "RENEW_SECONDS", 0.05)
    drop.order(ChuteOrder.OPEN_SHUTTER)
    assert eventually(lambda: not drop.simulator.outputs, 3, "closed shutter")
    drop.chute.keep_alive()
    assert drop.simulator.outputs == frozenset()
    drop.order(ChuteOrder.OPEN_SHUTTER)
    assert drop.simulator.outputs == {ChuteOrder.OPEN_SHUTTER}


def test_outputs_stay_on_while_the_controller_lives(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_drop, "HOLD_SECONDS", 0.4)
    monkeypatch.setattr(book_drop, "RENEW_SECONDS", 0.05)
    drop.order(ChuteOrder.OPEN_SHUTTER)
    deadline = within(1.0)
    while not deadline.expired():
        drop.chute.keep_alive()
        assert drop.simulator.outputs == {ChuteOrder.OPEN_SHUTTER}
        drop.chute.next_change(within(0.1))


def test_outputs_rest_at_close_and_after_open(drop: Drop) -> None:
    drop.order(ChuteOrder.TO_BIN)
    drop.chute.close()
    assert eventually(lambda: not drop.simulator.outputs, 1, "rest")
    drop.chute.open(within())
    drop.order(ChuteOrder.TO_BIN)
    drop.host.unplug()
    with pytest.raises(DeviceLost):
        drop.order(ChuteOrder.OPEN_SHUTTER)
    drop.chute.close()
    drop.host.plug()
    drop.chute.open(within())
    assert eventually(lambda: not drop.simulator.outputs, 1, "rest")


def test_an_order_that_the_reader_did_not_confirm_is_not_kept_alive(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_drop, "RENEW_SECONDS", 0.0)
    drop.order(ChuteOrder.GIVE_BACK)
    drop.simulator.faults.plan(
        PlannedFault(fault=Lose(side="request"), command="set outputs", times=None)
    )
    with pytest.raises(DriverError):
        drop.order(ChuteOrder.OPEN_SHUTTER)
    drop.simulator.faults.clear()
    drop.chute.keep_alive()
    assert ChuteOrder.OPEN_SHUTTER not in drop.simulator.outputs


def test_cancel_ends_the_wait(drop: Drop) -> None:
    Thread(target=drop.chute.cancel).start()
    with pytest.raises(Cancelled):
        eventually(lambda: drop.chute.next_change(within(5.0)), 6, "an error")


@pytest.mark.parametrize(
    "inputs", [{"mouth": 1}, {"mouth": 1, "passed": 1}, {"mouth": 1, "passed": 2, "door": 3}]
)
def test_a_chute_without_its_sensors_is_refused(inputs: dict[str, int]) -> None:
    with pytest.raises(msgspec.ValidationError):
        settings(lines={"on": "gpio"}, inputs=inputs, outputs={"shutter": 4})


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    factory = MockFactory()
    monkeypatch.setattr(gpio_lines, "pin_factory", lambda _chip: factory)
    monkeypatch.setattr(factory, "close", lambda: None)
    yield factory
    factory.reset()


def test_a_chute_on_pins_rests_by_itself_when_its_thread_is_stuck(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_drop, "HOLD_SECONDS", 0.15)
    chute = BookDrop(
        settings(
            lines={"on": "gpio"},
            inputs=PINS,
            outputs={"shutter": SHUTTER, "other_bin": OTHER_BIN},
        )
    )
    chute.open(within())
    factory.pin(PINS["mouth"]).drive_low()
    state = eventually(lambda: chute.next_change(within(0.2)), 2, "an item")
    assert state is not None
    assert state.item_in_mouth
    chute.order(ChuteOrder.TO_OTHER_BIN, within())
    assert (factory.pin(SHUTTER).state, factory.pin(OTHER_BIN).state) == (True, True)
    assert eventually(lambda: not factory.pin(SHUTTER).state, 2, "closed shutter")
    chute.order(ChuteOrder.OPEN_SHUTTER, within())
    shutter = factory.pin(SHUTTER)
    chute.close()
    assert not shutter.state
