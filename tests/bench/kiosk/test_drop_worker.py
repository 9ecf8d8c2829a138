"""The chute's thread: no order is lost, none is late, and a hung controller holds nothing open."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

import pytest

from drivers.deadline import Deadline
from drivers.errors import Cancelled, DeviceLost
from drivers.facts import ChuteChanged, ChuteState
from drivers.interfaces import ChuteOrder, DeviceIdentity
from kiosk.device_news import DeviceDown
from kiosk.drop_worker import DropWorker
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

EMPTY = ChuteState(item_in_mouth=False, item_passed=False, bin_full=False)
TAKEN = ChuteState(item_in_mouth=True, item_passed=False, bin_full=False)


@dataclass
class Chute:
    """A chute on a line: `cancel` ends the wait in progress, or else the next one."""

    obeyed: list[ChuteOrder] = field(default_factory=list)
    changes: deque[ChuteState] = field(default_factory=deque)
    kept_alive: int = 0
    fails: DeviceLost | None = None
    _cancelled: Event = field(default_factory=Event)

    def open(self, deadline: Deadline) -> DeviceIdentity:
        return DeviceIdentity("nobody", "chute", "1")

    def close(self) -> None: ...

    def cancel(self) -> None:
        self._cancelled.set()

    def state(self, deadline: Deadline) -> ChuteState:
        return EMPTY

    def next_change(self, deadline: Deadline) -> ChuteState | None:
        if self.changes:
            return self.changes.popleft()
        self._wait(deadline.remaining())
        return None

    def order(self, order: ChuteOrder, deadline: Deadline) -> None:
        if self.fails is not None:
            problem, self.fails = self.fails, None
            raise problem
        self._wait(0)
        self.obeyed.append(order)

    def keep_alive(self) -> None:
        self.kept_alive += 1

    def _wait(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            self._cancelled.clear()
            raise Cancelled("by the station")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.device_worker.FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("kiosk.drop_worker.LOOK_SECONDS", 0.05)


@contextmanager
def at_work(chute: Chute, heard: Heard) -> Iterator[DropWorker]:
    worker = DropWorker("drop", chute, heard.tell)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        worker.join(5)
        assert not worker.is_alive()


def test_an_order_given_while_a_change_is_being_told_is_not_lost_to_its_own_bell() -> None:
    """The wait that `cancel` ends is then that of the order itself: a shutter would stay open."""
    chute, heard = Chute(changes=deque([TAKEN])), Heard()

    def tell(news: object) -> None:
        heard.tell(news)  # type: ignore[arg-type]
        if news == ChuteChanged("drop", TAKEN, news.at if isinstance(news, ChuteChanged) else 0):
            worker.order(ChuteOrder.REST)

    worker = DropWorker("drop", chute, tell)
    worker.start()
    try:
        eventually(lambda: chute.obeyed == [ChuteOrder.REST], 5, "order carried out")
    finally:
        worker.stop()
        worker.join(5)


def test_only_the_last_of_two_orders_counts() -> None:
    chute, heard = Chute(), Heard()
    with at_work(chute, heard) as worker:
        heard.first(ChuteChanged)
        for _ in range(50):
            worker.order(ChuteOrder.TO_BIN)
            worker.order(ChuteOrder.REST)
        eventually(lambda: chute.obeyed[-1:] == [ChuteOrder.REST], 5, "the last order")


def test_an_order_from_before_a_lost_line_is_not_carried_out_after_it() -> None:
    chute, heard = Chute(fails=DeviceLost("gone")), Heard()
    with at_work(chute, heard) as worker:
        heard.first(ChuteChanged)
        worker.order(ChuteOrder.TO_BIN)
        heard.first(DeviceDown)
        eventually(lambda: len(heard.every(ChuteChanged)) == 2, 5, "chute again")
        worker.order(ChuteOrder.GIVE_BACK)
        eventually(lambda: chute.obeyed, 5, "the next order")
        assert chute.obeyed == [ChuteOrder.GIVE_BACK]


def test_a_controller_that_hangs_keeps_no_output_on(monkeypatch: pytest.MonkeyPatch) -> None:
    chute, heard = Chute(), Heard()
    with at_work(chute, heard) as worker:
        worker.controller_lives()
        eventually(lambda: chute.kept_alive > 1, 5, "signs of life")
        monkeypatch.setattr("kiosk.drop_worker.ALIVE_SECONDS", -1.0)
        worker.order(ChuteOrder.REST)
        eventually(lambda: chute.obeyed, 5, "a turn without a sign of life")
        before = chute.kept_alive
        worker.order(ChuteOrder.REST)
        eventually(lambda: len(chute.obeyed) == 2, 5, "another turn")
        assert chute.kept_alive == before
