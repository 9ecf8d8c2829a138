"""Single steps of the controller: nothing outside before the commit, and a full disk undoes all."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from drivers.tags.security import SecurityState
from kiosk import intents
from kiosk.device_news import DeviceDown
from kiosk.outbox.records import JournalState
from kiosk.pad_orders import ReadSecurity, SecurityRead
from kiosk.service_link import LinkSignal
from kiosk.session.events import WriteFailure
from kiosk.session.states import Idle
from kiosk.views import (
    BorrowView,
    FarewellView,
    HelpView,
    Hindrance,
    LineState,
    OutOfServiceView,
    ReturnView,
    StartView,
)
from service.protocol.operations import (
    CancelCheckOut,
    CheckIn,
    CheckOut,
    ReportTag,
    ReportTold,
)
from service.protocol.questions import AskItem
from service.protocol.replies import ItemAnswer
from tests.unit.kiosk.operations import (
    CARD,
    ITEM,
    LENT,
    OTHER_ITEM,
    REFUSED,
    RETURNED,
    SECOND_TAG,
    TAG,
)
from tests.unit.kiosk.stepped_station import MemoryStore, SteppedStation, stepped_station

WANTED, WRITING, PROVED, CLOSED = JournalState


@pytest.fixture
def station() -> Iterator[SteppedStation]:
    with stepped_station() as stepped:
        stepped.connect()
        yield stepped


@pytest.fixture
def lending(station: SteppedStation) -> SteppedStation:
    """A patron has laid a book down, and it is asked for."""
    station.show_card()
    station.lay()
    return station


@pytest.fixture
def granted(lending: SteppedStation) -> SteppedStation:
    """Its release was ordered."""
    lending.answer(lending.sent()[0], LENT)
    return lending


@pytest.fixture
def done(granted: SteppedStation) -> SteppedStation:
    """It is released, and the patron sees it."""
    granted.step(granted.written())
    granted.step(granted.drawn())
    return granted


def states(station: SteppedStation) -> list[LineState]:
    assert isinstance(station.view, BorrowView | ReturnView)
    return [line.state for line in station.view.lines]


def journal(station: SteppedStation) -> list[JournalState]:
    return [row.state for row in station.store.journal()]


def reports(station: SteppedStation) -> list[str]:
    return [act.finding for act in station.acts() if isinstance(act, ReportTag)]


# --- first the disk, then the world ---


def test_an_operation_stands_on_disk_as_sent_before_its_frame_leaves(
    station: SteppedStation,
) -> None:
    station.show_card()
    kept: list[bool] = []
    send = station.service.client._send_frames

    def watch(frames: tuple[bytes, ...]) -> None:
        kept.extend(record.sent for record in station.store.disk)
        send(frames)

    station.service.client._send_frames = watch
    station.lay()
    assert len(station.sent()) == 1
    assert kept
    assert all(kept)


def test_a_write_stands_in_the_journal_before_it_is_ordered(lending: SteppedStation) -> None:
    seen: list[list[JournalState]] = []
    lending.at_orders = lambda: seen.append(journal(lending))
    lending.answer(lending.sent()[0], LENT)
    assert seen == [[WRITING]]
    assert [order.wanted for order in lending.writes()] == [SecurityState.RELEASED]


def test_done_is_shown_only_once_its_proof_is_on_disk(granted: SteppedStation) -> None:
    granted.step(granted.written())
    assert states(granted) == [LineState.DONE]
    assert journal(granted) == [PROVED]


def test_a_loan_costs_four_commits(station: SteppedStation) -> None:
    station.show_card()
    before = station.store.commits
    station.lay()
    station.answer(station.sent()[0], LENT)
    station.step(station.written())
    station.step(station.drawn())
    station.later(1)
    assert station.store.commits - before == 4


# --- a full disk ---


def test_full_disk_at_each_commit_of_a_loan_leaves_memory_as_the_disk_is() -> None:
    """Cut at the first, second … commit: whatever is left is the table's business."""
    for full_at in range(1, 5):
        with stepped_station() as station:
            station.connect()
            _lend_with_a_disk_full_at(station, full_at)
            assert station.is_on_disk()
            station.time_passes(12)
            assert isinstance(station.controller._runner.session.phase, Idle)
            assert all(record.over for record in station.store.disk if _moves(record.act))
            assert station.is_on_disk()
            view = station.view
            assert isinstance(view, StartView)
            assert view.may_borrow


def _moves(act: object) -> bool:
    return isinstance(act, CheckOut | CheckIn)


def _lend_with_a_disk_full_at(station: SteppedStation, full_at: int) -> None:
    """A visit whose `full_at`-th commit finds no room; then there is room again."""
    station.show_card()
    left = full_at
    commit = station.store.commit

    def commit_unless_full(changes: object) -> None:
        nonlocal left
        left -= 1
        station.store.full = int(left == 0)
        commit(changes)  # type: ignore[arg-type]

    station.store.commit = commit_unless_full  # type: ignore[method-assign]
    station.lay()
    station.all_is_answered()
    if station.writes():
        station.step(station.written())
    station.step(station.drawn())
    station.later(1)
    station.step(intents.Finish())
    station.step(intents.Finish())


def test_nothing_leaves_and_nothing_is_ordered_in_a_step_that_was_undone(
    station: SteppedStation,
) -> None:
    station.show_card()
    station.store.full = 1
    station.lay()
    assert station.sent() == []
    assert station.writes() == []
    assert station.acts() == []
    assert isinstance(station.view, StartView)
    assert Hindrance.DISK in station.view.hindrances


def test_the_pad_goes_back_too_and_the_book_is_seen_again(station: SteppedStation) -> None:
    station.step(intents.ChooseReturn())
    station.lay()
    operation = station.sent()[0]
    station.store.full = 1
    station.step(
        station.message(operation, RETURNED), DeviceDown("pad", "pad", "DeviceLost", "gone")
    )
    assert station.controller._pad.steady() == {TAG}


def test_a_full_disk_is_not_asked_again_and_again(lending: SteppedStation) -> None:
    """The reply cannot be kept: it is fetched again, but not as fast as the line can carry it."""
    lending.store.full = 1000
    for _ in range(20):
        lending.answer(lending.sent()[-1], LENT)
    assert 1000 - lending.store.full <= 3
    lending.store.full = 0
    lending.later(6)
    lending.answer(lending.sent()[-1], LENT)
    assert lending.store.disk.unanswered() == [] or len(lending.acts()) > 1
    assert lending.is_on_disk()


def test_a_screen_still_follows_the_hand_while_nothing_can_be_written() -> None:
    """A return waits to be sent: its mark finds no room, and that undoes nobody's step."""
    with stepped_station() as station:
        station.step(intents.ChooseReturn())
        station.lay()
        station.step(intents.Leave())
        station.store.full = 1000
        station.connect()
        station.step(intents.AskHelp())
        assert isinstance(station.view, HelpView)


def test_farewell_stays_when_its_mark_finds_no_room(granted: SteppedStation) -> None:
    granted.step(granted.written(), intents.Finish())
    granted.store.full = 1
    granted.step(granted.drawn())
    granted.later(1)
    assert isinstance(granted.view, FarewellView)
    assert granted.is_on_disk()


def test_what_is_owed_to_the_table_on_a_full_disk_is_settled_when_there_is_room(
    lending: SteppedStation,
) -> None:
    lending.store.full = 1
    lending.step(intents.Leave())
    assert lending.acts() == [CheckOut(ITEM, CARD)]
    lending.later(1)
    assert lending.acts() == [CheckOut(ITEM, CARD)]
    lending.later(5)
    assert isinstance(lending.acts()[1], CancelCheckOut)


def test_a_book_seen_in_a_step_that_was_undone_is_looked_at_all_the_same(
    station: SteppedStation,
) -> None:
    """The question and the order of that step never left."""
    station.step(intents.ChooseReturn())
    station.lay()
    station.answer(station.sent()[0], RETURNED)
    station.step(station.written(), intents.Leave())
    assert isinstance(station.view, FarewellView)
    station.store.full = 1
    station.step(station.drawn(), intents.Finish())
    station.later(6)
    assert ReadSecurity(TAG) in station.orders
    asked = [s.content for s in station.service.every("question")]
    assert AskItem(ITEM) in asked[1:]


# --- late and lost outcomes ---


def test_answer_to_a_cancelled_loan_releases_nothing(lending: SteppedStation) -> None:
    operation = lending.sent()[0]
    lending.step(intents.Leave())
    lending.answer(operation, LENT)
    assert lending.writes() == []
    assert isinstance(lending.acts()[1], CancelCheckOut)


def test_proof_after_the_visit_closes_its_row_and_the_staffs_line(granted: SteppedStation) -> None:
    granted.step(intents.Leave())
    assert reports(granted) == ["unproved"]
    granted.step(granted.written())
    assert journal(granted) == [CLOSED]
    assert reports(granted) == ["unproved", "released-proved"]


def test_proof_in_the_step_in_which_the_visit_ends_opens_no_line(granted: SteppedStation) -> None:
    granted.step(intents.Leave(), granted.written())
    assert journal(granted) == [CLOSED]
    assert "unproved" not in reports(granted)


def test_proof_in_the_farewell_closes_the_line_that_the_farewell_opened(
    done: SteppedStation,
) -> None:
    """The rest of the stack was done: the farewell is shown while one write is on its way."""
    done.lay(SECOND_TAG)
    done.answer(done.sent()[-1], replace(LENT, item=OTHER_ITEM))
    done.step(intents.Leave())
    assert reports(done) == ["unproved"]
    done.step(done.written())
    assert isinstance(done.view, FarewellView)
    assert [line.accession for line in done.view.lent] == [ITEM, OTHER_ITEM]
    assert reports(done) == ["unproved", "released-proved"]


def test_proof_of_an_earlier_try_closes_the_row_of_that_try(station: SteppedStation) -> None:
    """The return was refused and the book laid down again before the pad had reported."""
    station.step(intents.ChooseReturn())
    station.lay()
    first = station.written()
    station.answer(station.sent()[0], REFUSED)
    station.lift()
    station.lay()
    assert len(station.writes()) == 2
    station.step(first)
    assert journal(station) == [CLOSED, WRITING]


def test_a_lost_pad_in_a_write_leaves_the_tag_unknown_until_a_pad_has_proved_it(
    granted: SteppedStation,
) -> None:
    granted.step(
        granted.written(WriteFailure.PAD_LOST), DeviceDown("pad", "pad", "DeviceLost", "gone")
    )
    assert states(granted) == [LineState.PUT_BACK]
    assert journal(granted) == [WRITING]
    granted.step(intents.Leave())
    assert reports(granted) == ["unproved"]


# --- told ---


def test_what_was_drawn_is_marked_with_the_next_commit_and_not_listed(done: SteppedStation) -> None:
    done.step(intents.Finish())
    done.step(intents.Finish())
    assert [record.shown for record in done.store.disk] == [True]
    assert not any(isinstance(act, ReportTold) for act in done.acts())


def test_what_was_never_drawn_is_listed(granted: SteppedStation) -> None:
    granted.step(granted.written())
    granted.step(intents.Finish())
    granted.step(intents.Finish())
    told = [act.told for act in granted.acts() if isinstance(act, ReportTold)]
    assert told == [False]


# --- the receipt ---


def test_the_receipt_is_that_of_the_moment_also_when_the_patron_leaves_at_once(
    done: SteppedStation,
) -> None:
    done.step(intents.Finish())
    done.step(intents.TakeReceipt(), intents.Finish())
    assert isinstance(done.view, StartView)
    (receipt,) = done.receipts
    assert any(ITEM in line for line in receipt)


def test_a_receipt_wanted_behind_the_help_screen_is_no_empty_page(done: SteppedStation) -> None:
    done.step(intents.Finish())
    done.step(intents.AskHelp(), intents.TakeReceipt())
    (receipt,) = done.receipts
    assert any(ITEM in line for line in receipt)


# --- starting, stopping, links ---


def test_a_start_settles_what_the_last_run_left() -> None:
    store = MemoryStore()
    with stepped_station(store) as station:
        station.connect()
        station.show_card()
        station.lay()
    with stepped_station(store) as station:
        (key,) = [r.key for r in store.disk if isinstance(r.act, CheckOut)]
        assert station.acts() == [CheckOut(ITEM, CARD), CancelCheckOut(key)]
        assert station.is_on_disk()


def test_a_second_try_leaves_after_the_cancel_of_the_first_was_answered(
    lending: SteppedStation,
) -> None:
    lending.step(LinkSignal.KEY_REFUSED)
    assert states(lending) == [LineState.TROUBLE]
    assert len(lending.acts()) == 2
    lending.connect()
    lending.time_passes(11)
    assert [type(act) for act in lending.acts()] == [CheckOut, CancelCheckOut, CheckOut]
    first, again, cancel, second = (sent.content for sent in lending.sent())
    assert again == first
    assert [type(each.act) for each in (cancel, second)] == [CancelCheckOut, CheckOut]  # type: ignore[union-attr]


def test_a_revoked_station_is_out_of_service_and_settles_its_visit(lending: SteppedStation) -> None:
    lending.step(LinkSignal.KEY_REFUSED, intents.Leave())
    assert isinstance(lending.view, OutOfServiceView)
    assert all(record.over for record in lending.store.disk if isinstance(record.act, CheckOut))


# --- idle tags ---


def test_a_released_book_without_loan_is_secured_by_an_idle_pad(station: SteppedStation) -> None:
    station.lay()
    station.step(intents.Leave())
    asked = station.service.last("question")
    assert asked.content == AskItem(ITEM)
    station.answer(asked, ItemAnswer(ITEM, "Mùa mận", "Mộc Khê", True, 1, on_loan=False))
    station.step(SecurityRead(TAG, SecurityState.RELEASED))
    (order,) = station.writes()
    assert (order.wanted, order.ref) == (SecurityState.SECURED, None)
    station.step(station.written())
    assert reports(station) == ["secured-proved"]
