"""What gates told: kept in the right time, and answered to the gate whatever the disk says."""

from collections.abc import Iterable, Iterator
from time import time

import pytest

from drivers.facts import GateTold, Passage, TagAlarm
from kiosk import controller
from kiosk.gate_book import DAY_MS, line_from
from kiosk.outbox.changes import Change, ForgetGateEvents, KeepGateEvent
from service.protocol.replies import Alive
from tests.unit.kiosk.operations import TAG
from tests.unit.kiosk.stepped_station import MemoryStore, SteppedStation, stepped_station

TOLD = GateTold("gate", (TagAlarm(90.0, TAG), Passage(95.0, entered=2)))


class Book(MemoryStore):
    """Remembers what was written of gates."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[KeepGateEvent] = []
        self.forgotten: list[ForgetGateEvents] = []

    def commit(self, changes: Iterable[Change]) -> None:
        written = tuple(changes)
        super().commit(written)
        self.kept += (each for each in written if isinstance(each, KeepGateEvent))
        self.forgotten += (each for each in written if isinstance(each, ForgetGateEvents))


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def station(book: Book) -> Iterator[SteppedStation]:
    with stepped_station(book) as stepped:
        yield stepped


def answers(station: SteppedStation) -> list[tuple[GateTold, bool]]:
    return station.devices.gates_kept


def test_an_alarm_on_a_full_disk_is_answered_with_no_and_kept_when_it_comes_again(
    station: SteppedStation, book: Book
) -> None:
    book.full = 1
    station.step(TOLD)
    assert answers(station) == [(TOLD, False)]
    assert book.kept == []
    station.step(TOLD)
    assert answers(station) == [(TOLD, False), (TOLD, True)]
    assert [(each.kind, each.entered) for each in book.kept] == [("alarm", 0), ("passage", 2)]


def test_a_clock_that_jumps_into_the_future_has_nothing_forgotten(
    station: SteppedStation, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has said what time it is: a Raspberry Pi has no clock of its own."""
    monkeypatch.setattr(controller, "time", lambda: 4e9)
    station.step(TOLD)
    assert len(book.kept) == 2
    assert book.forgotten == []


def test_the_time_of_the_service_is_written_and_counts_for_what_is_old(
    station: SteppedStation, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The station's own clock was right when the service answered, and jumps afterwards."""
    station.connect()
    station.later(20)
    station.answer(station.service.last("heartbeat"), Alive())
    offset = station.controller._client.last_heartbeat
    assert offset is not None
    clock = time() + offset.clock_offset - station.service.now
    monkeypatch.setattr(controller, "time", lambda: 4e9)
    station.step(TOLD)
    at_ms = [line_from(each.fact).at_ms for each in book.kept]
    assert at_ms == pytest.approx([(clock + 90) * 1000, (clock + 95) * 1000], abs=2000)
    (forgotten,) = book.forgotten
    ninety_days_ago = (clock + station.service.now) * 1000 - 90 * DAY_MS
    assert forgotten.before_ms == pytest.approx(ninety_days_ago, abs=2000)
