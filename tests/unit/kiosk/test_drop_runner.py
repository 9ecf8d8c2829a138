"""A whole book-drop, stepped by hand: sensors, tags, service and disk against one item."""

from collections.abc import Iterator

import pytest

from drivers.facts import ChuteChanged, ChuteState
from drivers.interfaces import ChuteOrder
from kiosk.book_drop import BOOK_SECONDS, READ_SECONDS, SETTLE_SECONDS
from kiosk.device_news import DeviceDown, DeviceUp
from kiosk.service_link import LinkSignal
from kiosk.session.states import Idle
from service.protocol.operations import CheckIn, ReportTold
from tests.unit.kiosk.operations import ITEM, OTHER_ITEM, RETURNED, SECOND_TAG, TAG
from tests.unit.kiosk.stepped_station import SteppedStation, stepped_station

EMPTY = ChuteState(item_in_mouth=False, item_passed=False, bin_full=False)
TAKEN = ChuteState(item_in_mouth=True, item_passed=False, bin_full=False)
PASSED = ChuteState(item_in_mouth=False, item_passed=True, bin_full=False)
NEXT = ChuteState(item_in_mouth=True, item_passed=True, bin_full=False)
BINS = {ChuteOrder.TO_BIN, ChuteOrder.TO_OTHER_BIN}


class Drop:
    """A book-drop and what its sensors say."""

    def __init__(self, station: SteppedStation) -> None:
        self.station = station
        self.sees(EMPTY)

    def sees(self, *states: ChuteState) -> None:
        """Several at once: the controller was busy."""
        self.station.step(*(ChuteChanged("drop", state, 0.0) for state in states))

    def put_in(self, tag: str = TAG) -> None:
        self.sees(TAKEN)
        self.station.lay(tag)  # type: ignore[arg-type]
        self.later(SETTLE_SECONDS)

    def later(self, seconds: float) -> None:
        self.station.later(seconds)
        self.station.step()

    def is_booked(self) -> None:
        """The tag is secured, and the service has taken it back."""
        self.station.step(self.station.written())
        self.station.answer(self.station.sent()[-1], RETURNED)

    def falls(self, tag: str = TAG) -> None:
        self.sees(PASSED)
        self.station.lift(tag)  # type: ignore[arg-type]

    @property
    def orders(self) -> list[ChuteOrder]:
        return self.station.devices.chute_orders

    @property
    def returned(self) -> list[str]:
        return [act.item for act in self.station.acts() if isinstance(act, CheckIn)]

    @property
    def untold(self) -> int:
        """Returns of which staff are to know that nobody was told."""
        reports = (act for act in self.station.acts() if isinstance(act, ReportTold))
        return sum(not report.told for report in reports)

    @property
    def is_idle(self) -> bool:
        return isinstance(self.station.controller._runner.session.phase, Idle)


@pytest.fixture
def drop() -> Iterator[Drop]:
    with stepped_station(role="book-drop") as station:
        station.connect()
        yield Drop(station)


def test_a_book_falls_once_it_is_booked_and_counts_as_told_when_it_has_fallen(drop: Drop) -> None:
    drop.put_in()
    assert drop.returned == [ITEM]
    assert drop.orders == []
    drop.is_booked()
    assert drop.orders == [ChuteOrder.TO_BIN]
    drop.falls()
    drop.later(1)
    assert drop.orders == [ChuteOrder.TO_BIN, ChuteOrder.REST]
    assert [record.shown for record in drop.station.store.disk] == [True]
    assert drop.untold == 0
    assert drop.is_idle


def test_the_next_book_may_be_put_in_while_the_last_one_falls(drop: Drop) -> None:
    drop.put_in()
    drop.is_booked()
    drop.sees(EMPTY, NEXT)
    assert drop.orders[-1] is ChuteOrder.REST
    drop.station.lift(TAG)
    drop.station.lay(SECOND_TAG)
    drop.later(SETTLE_SECONDS)
    assert drop.returned == [ITEM, OTHER_ITEM]


def test_a_service_that_never_answers_neither_holds_a_book_nor_spoils_the_next_one(
    drop: Drop,
) -> None:
    drop.put_in()
    drop.station.step(drop.station.written())
    drop.later(BOOK_SECONDS)
    assert drop.orders[-1] in BINS
    drop.falls()
    assert drop.is_idle
    drop.later(1)
    drop.put_in(SECOND_TAG)
    drop.station.step(drop.station.written())
    drop.later(BOOK_SECONDS)
    assert ChuteOrder.GIVE_BACK not in drop.orders
    assert drop.returned == [ITEM, OTHER_ITEM]


def test_a_book_pulled_out_after_its_return_was_asked_for_is_listed_for_staff(drop: Drop) -> None:
    drop.put_in()
    drop.station.step(drop.station.written())
    drop.sees(EMPTY)
    drop.station.lift(TAG)
    drop.later(1)
    assert drop.untold == 1
    assert drop.is_idle
    assert not BINS & set(drop.orders)


def test_a_full_disk_gives_the_book_back_and_nothing_is_returned(drop: Drop) -> None:
    drop.sees(TAKEN)
    drop.station.lay(TAG)
    drop.station.store.full = 1
    drop.later(SETTLE_SECONDS)
    assert drop.returned == []
    drop.later(SETTLE_SECONDS)
    drop.later(READ_SECONDS)
    assert drop.orders[-1] is ChuteOrder.GIVE_BACK
    assert drop.station.is_on_disk()
    drop.sees(EMPTY)
    drop.station.lift(TAG)
    assert drop.is_idle
    assert drop.returned == []


def test_a_station_whose_key_was_revoked_gives_every_book_back(drop: Drop) -> None:
    drop.station.step(LinkSignal.KEY_REFUSED)
    drop.put_in()
    drop.later(READ_SECONDS)
    assert drop.returned == []
    assert drop.orders == [ChuteOrder.GIVE_BACK]


def test_a_pad_lost_while_a_book_is_read_gives_it_back(drop: Drop) -> None:
    drop.sees(TAKEN)
    drop.station.lay(TAG)
    drop.station.step(DeviceDown("pad", "pad", "DeviceLost", "unplugged"))
    drop.later(SETTLE_SECONDS)
    drop.later(READ_SECONDS)
    assert drop.returned == []
    assert drop.orders == [ChuteOrder.GIVE_BACK]


def test_a_pad_lost_while_a_tag_is_secured_sends_the_book_where_staff_look_first(
    drop: Drop,
) -> None:
    drop.put_in()
    drop.station.step(DeviceDown("pad", "pad", "DeviceLost", "unplugged"))
    drop.station.answer(drop.station.sent()[-1], RETURNED)
    drop.later(BOOK_SECONDS)
    assert drop.orders == [ChuteOrder.TO_OTHER_BIN]
    drop.sees(PASSED)
    drop.later(1)
    assert [row.state for row in drop.station.store.journal()] == ["writing"]
    assert drop.is_idle


def test_a_chute_lost_while_a_book_falls_leaves_no_visit_and_staff_are_told(drop: Drop) -> None:
    drop.put_in()
    drop.is_booked()
    drop.station.step(DeviceDown("drop", "drop", "DeviceLost", "unplugged"))
    drop.later(1)
    assert drop.untold == 1
    assert drop.is_idle
    drop.station.lift(TAG)
    drop.station.step(DeviceUp("drop", "drop"))
    drop.sees(EMPTY)
    drop.put_in(SECOND_TAG)
    assert drop.returned == [ITEM, OTHER_ITEM]
