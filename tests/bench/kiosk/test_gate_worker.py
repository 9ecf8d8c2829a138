"""The gate's thread: its events are kept once, whatever becomes of the controller's answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest

from drivers.deadline import Deadline
from drivers.facts import GateEvent, GateTold, Passage
from drivers.interfaces import DeviceIdentity, GateSignal
from kiosk.gate_worker import GateWorker
from tests.bench.kiosk.heard import Heard
from tests.waiting import eventually

FIRST, SECOND = Passage(1.0, entered=1), Passage(2.0, left=1)


@dataclass
class Gate:
    """Gives its events until they are taken."""

    waiting: list[GateEvent] = field(default_factory=lambda: [FIRST])
    given: int = 0
    asked: int = 0
    _cancelled: Event = field(default_factory=Event)

    def open(self, deadline: Deadline) -> DeviceIdentity:
        return DeviceIdentity("nobody", "gate", "1")

    def close(self) -> None: ...

    def cancel(self) -> None:
        self._cancelled.set()

    def events(self, deadline: Deadline) -> tuple[GateEvent, ...]:
        self.asked += 1
        if not self.waiting:
            self._cancelled.wait(0.01)
        self.given = len(self.waiting)
        return tuple(self.waiting)

    def taken(self, deadline: Deadline) -> None:
        del self.waiting[: self.given]

    def signal(self, signal: GateSignal, seconds: float, deadline: Deadline) -> None: ...


@dataclass
class Bench:
    gate: Gate
    heard: Heard
    worker: GateWorker

    def told(self, times: int) -> GateTold:
        return eventually(lambda: self.heard.every(GateTold)[times - 1 :], 5, "events told")[0]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr("kiosk.gate_worker.AGAIN_SECONDS", 0.02)
    gate, heard = Gate(), Heard()
    worker = GateWorker("gate", gate, heard.tell)
    worker.start()
    yield Bench(gate, heard, worker)
    worker.stop()
    worker.join(5)
    assert not worker.is_alive()


def test_a_gate_forgets_what_stands_on_the_disk_and_nothing_before(bench: Bench) -> None:
    told = bench.told(1)
    assert bench.gate.waiting == [FIRST]
    bench.worker.kept(told, on_disk=True)
    eventually(lambda: bench.gate.waiting == [], 5, "events taken")


def test_events_that_found_no_room_are_told_again_until_they_are_kept(bench: Bench) -> None:
    bench.worker.kept(bench.told(1), on_disk=False)
    again = bench.told(2)
    assert bench.gate.waiting == [FIRST]
    bench.worker.kept(again, on_disk=True)
    eventually(lambda: bench.gate.waiting == [], 5, "events taken")


def test_a_slow_disk_does_not_have_people_counted_twice(bench: Bench) -> None:
    """The first telling waits in the controller's queue: a second one would be kept as well."""
    told = bench.told(1)
    bench.gate.waiting.append(SECOND)
    bench.worker.join(0.3)
    assert bench.heard.every(GateTold) == [told]
    bench.worker.kept(told, on_disk=True)
    assert bench.told(2).events == (SECOND,)


def test_an_answer_to_an_earlier_telling_has_nothing_forgotten(bench: Bench) -> None:
    """A pause is over: the worker before it had told the same events."""
    earlier = GateTold("gate", (FIRST,))
    told = bench.told(1)
    bench.worker.kept(earlier, on_disk=True)
    asked = bench.gate.asked
    bench.worker.kept(told, on_disk=False)
    eventually(lambda: bench.gate.asked > asked, 5, "another look")
    assert bench.gate.waiting == [FIRST]


def test_a_gate_that_is_paused_while_it_waits_for_the_disk_ends(bench: Bench) -> None:
    bench.told(1)
    bench.worker.abandon()
    bench.worker.join(5)
    assert not bench.worker.is_alive()
    assert bench.gate.waiting == [FIRST]
