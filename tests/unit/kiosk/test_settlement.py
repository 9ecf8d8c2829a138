"""What settling an operation writes: every verdict, and never a claim taken away twice."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.outbox.changes import (
    AddOperation,
    Change,
    DropOperation,
    MarkCancelled,
    MarkListed,
    MarkOver,
)
from kiosk.outbox.outbox import Outbox
from kiosk.outbox.records import NO_TAG, JournalRow, JournalState, OperationRecord
from kiosk.settlement import settle, withdraw
from service.protocol import codec
from service.protocol.operations import Act, CancelCheckOut, CheckOut, Renew, ReportTag, ReportTold
from service.protocol.replies import Lent
from tests.unit.kiosk.operations import (
    CHECK_IN,
    CHECK_OUT,
    ITEM,
    LENT,
    REFUSED,
    RENEW,
    RENEWED,
    RETURNED,
    SECOND_TAG,
    TAG,
    key,
    operation,
    record,
    row,
)

WANTED, WRITING, PROVED, CLOSED = JournalState
FIRST = key(1)
Born = Callable[[Act], AddOperation]


@pytest.fixture
def born() -> Born:
    """Gives sequences from 2 on."""
    return births()


def births(last: int = 1) -> Born:
    def give(act: Act) -> AddOperation:
        nonlocal last
        last += 1
        new = operation(act, last)
        return AddOperation(new, codec.encode(new), sent=False)

    return give


def acts(changes: list[Change]) -> list[Act]:
    return [change.operation.act for change in changes if isinstance(change, AddOperation)]


def marks(changes: list[Change]) -> list[Change]:
    return [change for change in changes if not isinstance(change, AddOperation)]


def test_never_sent_goes_without_a_trace(born: Born) -> None:
    assert list(settle(record(CHECK_OUT), [], born)) == [DropOperation(FIRST)]


def test_sent_and_undecided_is_followed_by_its_cancel(born: Born) -> None:
    changes = list(settle(record(CHECK_OUT, sent=True), [row(WANTED)], born))
    assert marks(changes) == [MarkCancelled(FIRST), MarkOver(FIRST)]
    assert acts(changes) == [CancelCheckOut(FIRST)]


def test_a_claim_that_was_taken_away_when_the_link_went_is_not_taken_away_twice(
    born: Born,
) -> None:
    withdrawn = record(CHECK_OUT, sent=True, cancelled=True)
    assert list(withdraw(withdrawn, born)) == []
    assert list(settle(withdrawn, [], born)) == [MarkOver(FIRST)]


def test_a_write_that_was_cut_is_listed_for_each_tag_and_for_its_patron(born: Born) -> None:
    rows = [row(WRITING), row(PROVED, tag=SECOND_TAG)]
    changes = list(settle(record(CHECK_OUT, reply=LENT), rows, born))
    assert acts(changes) == [
        ReportTag(ITEM, TAG, "unproved", of=FIRST),
        ReportTold(FIRST, told=False),
    ]
    assert marks(changes) == [MarkListed(FIRST), MarkOver(FIRST)]


def test_one_line_does_not_close_the_other(born: Born) -> None:
    """Shown but unproved: one line about the tag. Proved but not shown: one about the patron."""
    unproved = settle(record(CHECK_OUT, reply=LENT, shown=True), [row(WRITING)], born)
    assert acts(list(unproved)) == [ReportTag(ITEM, TAG, "unproved", of=FIRST)]
    untold = settle(record(CHECK_OUT, reply=LENT), [row(PROVED)], born)
    assert acts(list(untold)) == [ReportTold(FIRST, told=False)]


def test_an_item_without_tag_never_has_a_line_about_a_tag(born: Born) -> None:
    rows = [row(WRITING, tag=NO_TAG)]
    changes = list(settle(record(CHECK_OUT, reply=LENT), rows, born))
    assert acts(changes) == [ReportTold(FIRST, told=False)]


def test_a_return_nobody_was_told_of_is_listed_and_stands(born: Born) -> None:
    changes = list(settle(record(CHECK_IN, sent=False), [], born))
    assert acts(changes) == [ReportTold(FIRST, told=False)]
    assert marks(changes) == [MarkListed(FIRST), MarkOver(FIRST)]


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        (record(CHECK_OUT, reply=REFUSED), []),
        (record(CHECK_OUT, reply=LENT, shown=True), [row(PROVED)]),
        (record(CHECK_IN, reply=RETURNED, shown=True), [row(CLOSED)]),
        (record(RENEW, reply=RENEWED, shown=True), []),
        (record(CancelCheckOut(key(9))), []),
    ],
)
def test_what_is_told_and_proved_is_only_marked_as_over(
    kept: OperationRecord, rows: list[JournalRow], born: Born
) -> None:
    assert list(settle(kept, rows, born)) == [MarkOver(FIRST)]


kept_records = st.builds(
    lambda act, reply, sent, shown, listed, cancelled: record(
        act,
        reply=reply,
        sent=sent,
        shown=shown,
        listed=listed,
        cancelled=cancelled and isinstance(act, CheckOut),
    ),
    st.sampled_from([CHECK_OUT, CHECK_IN, RENEW]),
    st.sampled_from([None, LENT, REFUSED, RETURNED]),
    *[st.booleans()] * 4,
)
journals = st.lists(
    st.builds(row, st.sampled_from(JournalState), st.sampled_from([TAG, SECOND_TAG, NO_TAG])),
    max_size=3,
    unique_by=lambda journal_row: journal_row.uid,
)


@given(kept_records, journals)
def test_settling_ends_an_operation_for_good(kept: OperationRecord, rows: list[JournalRow]) -> None:
    """Afterwards it is dropped or over; a second settling of what is left takes nothing away."""
    outbox = Outbox([kept], rows, last_sequence=1)
    changes = list(settle(kept, outbox.rows(kept.key), births()))
    for change in changes:
        outbox.apply(change)
    left = outbox.get(kept.key)
    assert left is None or left.over
    if left is not None:
        again = acts(list(settle(left, outbox.rows(kept.key), births(9))))
        assert not any(isinstance(act, CancelCheckOut) for act in again)


@given(kept_records, journals)
def test_only_a_check_out_loses_its_claim_and_only_an_untouched_one(
    kept: OperationRecord, rows: list[JournalRow]
) -> None:
    outbox = Outbox([kept], rows, last_sequence=1)
    changes = list(settle(kept, outbox.rows(kept.key), births()))
    if CancelCheckOut(kept.key) in acts(changes):
        assert isinstance(kept.act, CheckOut)
        assert kept.reply is None or isinstance(kept.reply, Lent)
        assert {journal_row.state for journal_row in outbox.rows(kept.key)} <= {WANTED}
    if DropOperation(kept.key) in changes:
        assert not kept.sent
        assert kept.reply is None
        assert isinstance(kept.act, CheckOut | Renew)
