"""What may leave next, what is confirmed and what may be forgotten: all from the rows alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.outbox.changes import (
    AddOperation,
    DropOperation,
    ForgetOperation,
    Journal,
    KeepReply,
    MarkCancelled,
    MarkListed,
    MarkOver,
    MarkSent,
    MarkShown,
    SetValue,
)
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import NO_TAG, JournalRow, JournalState, OperationRecord
from service.protocol import codec
from service.protocol.operations import (
    Act,
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.replies import Cancelled
from tests.unit.kiosk.operations import (
    CARD,
    CHECK_IN,
    CHECK_OUT,
    EPOCH,
    ITEM,
    LENT,
    NEXT_EPOCH,
    NOTED,
    OTHER_ITEM,
    REFUSED,
    RENEW,
    RETURNED,
    SECOND_TAG,
    TAG,
    key,
    operation,
    record,
    reply_to,
    row,
)

WANTED, WRITING, PROVED, CLOSED = JournalState
CANCEL_FIRST = CancelCheckOut(key(1))


def outbox(*records: OperationRecord, rows: tuple[JournalRow, ...] = ()) -> Outbox:
    last = max((kept.sequence for kept in records), default=0)
    return Outbox(records, rows, last)


def sendable(box: Outbox) -> list[int]:
    return [kept.sequence for kept in box.sendable()]


# --- order ---


def test_operations_of_one_item_leave_one_after_the_other() -> None:
    box = outbox(record(CHECK_OUT, 1), record(CHECK_IN, 2), record(CheckIn(OTHER_ITEM), 3))
    assert sendable(box) == [1, 3]
    box.apply(KeepReply(key(1), LENT, codec.encode(LENT), EPOCH))
    assert sendable(box) == [2, 3]


def test_second_try_waits_until_the_cancel_of_the_first_is_answered() -> None:
    box = outbox(
        record(CHECK_OUT, 1, sent=True, cancelled=True),
        record(CANCEL_FIRST, 2),
        record(CHECK_OUT, 3),
    )
    assert sendable(box) == [1]
    box.apply(KeepReply(key(1), LENT, codec.encode(LENT), EPOCH))
    assert sendable(box) == [2]
    box.apply(KeepReply(key(2), Cancelled(key(1)), codec.encode(Cancelled(key(1))), EPOCH))
    assert sendable(box) == [3]


def test_second_try_never_races_a_cancel_whose_check_out_every_backup_holds() -> None:
    """`second_try_racing_a_cancel`: forgetting the first would free the second too early."""
    first = record(CHECK_OUT, 1, LENT, cancelled=True, over=True)
    box = outbox(first, record(CANCEL_FIRST, 2, sent=True), record(CHECK_OUT, 3))
    assert box.forgettable(safe_through=1) == []
    assert sendable(box) == [2]
    assert box.busy_items() == {ITEM}
    box.apply(KeepReply(key(2), Cancelled(key(1)), codec.encode(Cancelled(key(1))), EPOCH))
    assert box.forgettable(safe_through=1) == [first]


def test_a_report_about_one_item_does_not_hold_up_another() -> None:
    box = outbox(record(ReportTag(ITEM, TAG, "unproved"), 1), record(CheckOut(OTHER_ITEM, CARD), 2))
    assert sendable(box) == [1, 2]


def test_items_under_way_are_busy_and_reports_and_renewals_do_not_make_them_so() -> None:
    box = outbox(
        record(CHECK_OUT, 1, LENT, cancelled=True),
        record(CANCEL_FIRST, 2),
        record(CheckIn(OTHER_ITEM), 3),
        record(Renew("TK.00003", CARD), 4),
        record(ReportTag("TK.00004", TAG, "unproved"), 5),
    )
    assert box.busy_items() == {ITEM, OTHER_ITEM}


# --- what is confirmed ---


def test_nothing_above_an_unanswered_operation_is_confirmed() -> None:
    box = outbox(record(CHECK_OUT, 1, LENT), record(CHECK_IN, 2), record(RENEW, 3, REFUSED))
    assert box.confirmed_through(EPOCH) == 1


def test_a_dropped_operation_counts_as_answered() -> None:
    box = outbox(record(CHECK_OUT, 1, LENT), record(CHECK_IN, 2), record(RENEW, 3, REFUSED))
    box.apply(DropOperation(key(2)))
    assert box.confirmed_through(EPOCH) == 3


def test_a_reply_of_an_old_epoch_confirms_nothing_in_the_new_one() -> None:
    box = outbox(record(CHECK_OUT, 4, LENT), record(CHECK_IN, 5, RETURNED, epoch=NEXT_EPOCH))
    assert box.confirmed_through(NEXT_EPOCH) == 3
    assert [kept.sequence for kept in box.to_reoffer(NEXT_EPOCH)] == [4]
    box.apply(KeepReply(key(4), LENT, codec.encode(LENT), NEXT_EPOCH))
    assert box.confirmed_through(NEXT_EPOCH) == 5
    assert box.to_reoffer(NEXT_EPOCH) == []


def test_before_the_first_welcome_no_reply_is_confirmed() -> None:
    assert outbox(record(CHECK_OUT, 3, LENT)).confirmed_through(None) == 2
    assert Outbox([], [], last_sequence=9).confirmed_through(None) == 9


def test_a_sequence_is_never_given_twice_even_if_its_row_is_gone() -> None:
    box = Outbox([record(CHECK_OUT, 7)], [], last_sequence=9)
    assert [box.next_sequence(), box.next_sequence()] == [10, 11]


def test_a_sequence_is_never_given_twice_even_if_the_station_forgot_how_far_it_was() -> None:
    assert Outbox([record(CHECK_OUT, 7)], [], last_sequence=0).next_sequence() == 8


acts_of_few_items = st.sampled_from(
    [CHECK_OUT, CHECK_IN, CheckOut(OTHER_ITEM, CARD), RENEW, ReportTold(key(99), told=False)]
)
fates = st.sampled_from(["waits", "answered", "answered before", "dropped"])


@given(st.lists(st.tuples(acts_of_few_items, fates), max_size=8))
def test_all_up_to_the_confirmed_sequence_is_answered_and_the_next_is_not(
    history: list[tuple[Act, str]],
) -> None:
    box = Outbox([], [], 0)
    for sequence, (act, fate) in enumerate(history, 1):
        born = operation(act, sequence)
        box.apply(AddOperation(born, codec.encode(born), sent=True))
        if fate == "dropped":
            box.apply(DropOperation(key(sequence)))
        elif fate != "waits":
            epoch = EPOCH if fate == "answered" else NEXT_EPOCH
            box.apply(KeepReply(key(sequence), NOTED, codec.encode(NOTED), epoch))
    settled = [fate in {"answered", "dropped"} for _, fate in history]
    confirmed = box.confirmed_through(EPOCH)
    assert all(settled[:confirmed])
    assert confirmed == len(history) or not settled[confirmed]


@given(st.lists(st.tuples(acts_of_few_items, st.booleans()), max_size=8))
def test_no_two_operations_of_one_item_are_free_and_the_earliest_of_each_is(
    history: list[tuple[Act, bool]],
) -> None:
    box = outbox(
        *(
            record(act, sequence, reply_to(act) if answered else None)
            for sequence, (act, answered) in enumerate(history, 1)
        )
    )
    free = box.sendable()
    items = [box.item_of(kept.act) for kept in free]
    named = [item for item in items if item is not None]
    assert len(set(named)) == len(named)
    assert free == sorted(free, key=lambda kept: kept.sequence)
    waiting = {box.item_of(kept.act) for kept in box.unanswered()}
    assert set(items) == waiting


# --- what may be forgotten ---


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        (record(CHECK_OUT, 1, LENT, over=True, shown=True), (row(PROVED),)),
        (record(CHECK_OUT, 1, LENT, over=True, listed=True), (row(CLOSED),)),
        (record(CHECK_OUT, 1, LENT, over=True, cancelled=True), (row(WANTED),)),
        (record(CHECK_OUT, 1, LENT, over=True, shown=True), (row(PROVED, tag=NO_TAG),)),
        (record(CHECK_OUT, 1, REFUSED, over=True), ()),
        (record(CHECK_IN, 1, RETURNED, over=True, shown=True), (row(PROVED),)),
        (record(CANCEL_FIRST, 1, Cancelled(key(1))), ()),
        (record(ReportTag(ITEM, TAG, "unproved"), 1, NOTED), ()),
        (record(ReportTold(key(1), told=True), 1, NOTED), ()),
    ],
)
def test_what_is_answered_over_and_told_is_forgotten_once_every_backup_holds_it(
    kept: OperationRecord, rows: tuple[JournalRow, ...]
) -> None:
    box = outbox(kept, rows=rows)
    assert box.forgettable(safe_through=0) == []
    assert box.forgettable(safe_through=1) == [kept]


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        (record(CHECK_OUT, 1, sent=True, over=True, shown=True), ()),
        (record(CHECK_OUT, 1, LENT, over=False, shown=True), ()),
        (record(CHECK_OUT, 1, LENT, over=True), (row(PROVED),)),
        (record(CHECK_OUT, 1, LENT, over=True, shown=True), (row(WRITING),)),
        (
            record(CHECK_OUT, 1, LENT, over=True, listed=True),
            (row(PROVED), row(WANTED, tag=SECOND_TAG)),
        ),
        (record(CHECK_IN, 1, RETURNED, over=True, listed=True), (row(WRITING),)),
        (record(CHECK_IN, 1, REFUSED, over=True), ()),
        (record(CANCEL_FIRST, 1), ()),
    ],
)
def test_what_is_open_in_any_way_is_kept_however_old_it_is(
    kept: OperationRecord, rows: tuple[JournalRow, ...]
) -> None:
    assert outbox(kept, rows=rows).forgettable(safe_through=10**6) == []


# --- rows ---


def test_every_change_is_followed_in_memory() -> None:
    box = Outbox([], [], 0)
    born = operation(CHECK_OUT)
    box.apply(AddOperation(born, codec.encode(born), sent=False))
    for change in (
        MarkSent(key(1)),
        KeepReply(key(1), LENT, codec.encode(LENT), EPOCH),
        MarkShown(key(1)),
        MarkListed(key(1)),
        MarkCancelled(key(1)),
        MarkOver(key(1)),
        Journal(key(1), TAG, ITEM, WRITING),
        SetValue("epoch", EPOCH),
    ):
        box.apply(change)
    marks = dict.fromkeys(("sent", "shown", "listed", "cancelled", "over"), True)
    assert list(box) == [record(CHECK_OUT, 1, LENT, **marks)]
    assert box.rows(key(1)) == [row(WRITING)]
    box.apply(Journal(key(1), TAG, ITEM, PROVED))
    assert box.rows(key(1)) == [row(PROVED)]
    box.apply(ForgetOperation(key(1)))
    assert (list(box), box.rows(key(1)), box.last_sequence) == ([], [], 1)


@pytest.mark.parametrize(
    "change", [MarkSent, MarkShown, MarkListed, MarkCancelled, MarkOver, DropOperation]
)
def test_a_mark_for_a_row_that_is_gone_changes_nothing(change: type[MarkSent]) -> None:
    box = outbox(record(CHECK_OUT, 1))
    box.apply(change(key(2)))
    assert list(box) == [record(CHECK_OUT, 1)]


def test_open_rows_of_a_tag_are_found_whichever_operation_wrote_them() -> None:
    rows = (
        row(WRITING, sequence=1),
        row(WANTED, sequence=2),
        row(PROVED, sequence=3),
        row(WRITING, tag=SECOND_TAG, sequence=1),
    )
    box = outbox(record(CHECK_OUT, 1), record(CHECK_IN, 2), record(CHECK_OUT, 3), rows=rows)
    assert box.open_rows_of_tag(TAG) == [rows[0], rows[1]]
