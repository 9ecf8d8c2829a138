"""The controller thread with its real store: order inside a step, lost links, full disks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import intents
from kiosk.device_news import DeviceDown
from kiosk.outbox.records import OperationRecord
from kiosk.pad_orders import SecuritySet, SetSecurity
from kiosk.service_link import LinkSignal
from kiosk.session.events import WriteFailure
from kiosk.station_store import StationStore
from kiosk.views import BorrowView, FarewellView, Hindrance, LineState, StartView, Trouble
from service.protocol.operations import CancelCheckOut, CheckOut, ReportTold
from tests.bench.kiosk.played_station import PlayedStation, played_station
from tests.unit.kiosk.operations import CARD, ITEM, LENT, TAG
from tests.waiting import eventually


@pytest.fixture
def station(tmp_path: Path) -> Iterator[PlayedStation]:
    with played_station(tmp_path) as started:
        started.connect()
        yield started


def kept(tmp_path: Path) -> list[OperationRecord]:
    """What the station's disk holds after it has ended."""
    with StationStore(tmp_path, ballast_bytes=4096) as store:
        return store.records()


def asked_to_lend(station: PlayedStation) -> None:
    station.show_card()
    station.lay(**{TAG: ITEM})
    station.wait_for("operation", "CheckOut")


def states(view: BorrowView) -> list[LineState]:
    return [line.state for line in view.lines]


def lent_and_shown(station: PlayedStation) -> None:
    asked_to_lend(station)
    station.answer(station.wait_for("operation", "CheckOut"), LENT)
    station.inbox.put(SecuritySet(station.wait_for_order(SetSecurity), None))
    station.wait_for_view(BorrowView, lambda view: states(view) == [LineState.DONE])


def test_a_loan_from_card_to_farewell_is_kept_shown_and_over(tmp_path: Path) -> None:
    with played_station(tmp_path) as station:
        station.connect()
        lent_and_shown(station)
        station.inbox.put(intents.Finish())
        station.wait_for_view(FarewellView)
        station.inbox.put(intents.Finish())
        station.wait_for_view(StartView)
    (loan,) = kept(tmp_path)
    assert loan.act == CheckOut(ITEM, CARD)
    assert (loan.sent, loan.shown, loan.over, loan.listed) == (True, True, True, False)


def test_link_lost_while_asked_is_told_and_nothing_is_asked_for_again_behind_the_cancel(
    tmp_path: Path,
) -> None:
    """The session must know that the link is gone before it hears what was not decided."""
    with played_station(tmp_path) as station:
        station.connect()
        asked_to_lend(station)
        station.inbox.put(LinkSignal.KEY_REFUSED)
        view = station.wait_for_view(BorrowView, lambda view: states(view) == [LineState.TROUBLE])
        assert view.lines[0].trouble is Trouble.NOT_SENT
        first = station.wait_for("operation", "CheckOut").content
    acts = [record.act for record in kept(tmp_path)]
    assert acts == [CheckOut(ITEM, CARD), CancelCheckOut(first.operation)]  # type: ignore[union-attr]


def test_a_pad_lost_in_a_write_asks_for_the_book_and_not_for_patience(
    station: PlayedStation,
) -> None:
    asked_to_lend(station)
    station.answer(station.wait_for("operation", "CheckOut"), LENT)
    order = station.wait_for_order(SetSecurity)
    station.inbox.put(SecuritySet(order, WriteFailure.PAD_LOST))
    station.inbox.put(DeviceDown("pad", "pad", "DeviceLost", "gone"))
    station.wait_for_view(BorrowView, lambda view: states(view) == [LineState.PUT_BACK])


def test_a_loan_that_no_screen_has_drawn_is_listed_and_not_marked_as_shown(
    tmp_path: Path,
) -> None:
    """`proved_cut_before_drawn`, without a cut: the screen was stuck."""
    with played_station(tmp_path) as station:
        station.connect()
        station.draws = False
        lent_and_shown(station)
    records = kept(tmp_path)
    assert [record.shown for record in records if isinstance(record.act, CheckOut)] == [False]
    assert ReportTold(records[0].key, told=False) in [record.act for record in records]


# --- a full disk ---


def test_a_step_that_finds_the_disk_full_has_not_happened(tmp_path: Path) -> None:
    with played_station(tmp_path) as station:
        station.connect()
        station.show_card()
        station.wait_for_view(BorrowView)
        station.store.full = 1
        station.lay(**{TAG: ITEM})
        eventually(lambda: station.store.full == 0, 5, "refused commit")
        station.wait_for_view(StartView, lambda view: Hindrance.DISK in view.hindrances)
        assert station.messages("operation", "CheckOut") == []
    assert kept(tmp_path) == []


def test_a_reply_that_could_not_be_written_is_fetched_again(station: PlayedStation) -> None:
    asked_to_lend(station)
    first = station.wait_for("operation", "CheckOut")
    station.store.full = 1
    station.answer(first, LENT)
    again = station.wait_for("operation", "CheckOut", number=2)
    assert again.content == first.content
    assert again.header.confirmed == 0
