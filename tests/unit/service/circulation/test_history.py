"""What comes late takes its place: the loans are the same for every order of arrival."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from service.circulation.desk import Desk
from service.circulation.enter import enter
from service.circulation.facts import Deed, Hold
from service.circulation.history import spans
from service.circulation.words import AttentionKind, HoldState, LoanState
from service.protocol.operations import Act, CancelCheckOut, CheckIn, CheckOut, Renew
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    Destination,
    Lent,
    OutcomeReply,
    Parked,
    Refused,
    Renewed,
    Returned,
    Withdrawn,
)
from tests.unit.service.circulation.small_library import (
    ADULT_CARD,
    BOOK,
    CHILD,
    CHILD_CARD,
    HOLD,
    NOON_MS,
    Day,
)

DUE = date(2026, 3, 20)
LENT = Lent(BOOK.number, BOOK.title, BOOK.author, DUE)
RETURNED = Returned(BOOK.number, "", "", Destination.SHELF, "", was_on_loan=True)


class Past(Struct, frozen=True):
    """Something that happened at a minute, at a station."""

    minute: int
    station: int
    act: Act
    reply: OutcomeReply


def lent(minute: int, card: str = ADULT_CARD, station: int = 1) -> Past:
    return Past(minute, station, CheckOut(BOOK.number, card), LENT)


def back(minute: int, station: int = 1) -> Past:
    return Past(minute, station, CheckIn(BOOK.number), RETURNED)


def name_of(past: Past) -> str:
    return f"{past.minute}/{past.station}"


def entered(events: Sequence[Past], *holds: Hold) -> Desk:
    """The desk after these were offered again in this order."""
    day = Day()
    day.desk.lay(holds)
    for past in events:
        at_ms = NOON_MS + past.minute * 60_000
        name = name_of(past)
        deed = Deed(name, past.station, past.minute, "SK", at_ms, past.act)
        decision = enter(day.desk, day.policy, deed, past.reply)
        assert decision.reply == past.reply
        day.desk.take(decision)
        day.desk.owners[name] = past.station
    return day.desk


def told(desk: Desk) -> list[tuple[int | None, int, int | None, tuple[str, ...]]]:
    """The loans without their numbers."""
    return sorted(
        (
            loan.patron,
            loan.opened_at_ms,
            loan.closed_at_ms,
            tuple(claim.operation for claim in desk.claims_on(loan.id)),
        )
        for loan in desk.loans_of(BOOK.id)
        if loan.state is not LoanState.VOID
    )


def conflicts(desk: Desk) -> int:
    return sum(line.kind is AttentionKind.CONFLICT for line in desk.lines.values())


events = st.lists(
    st.builds(
        lambda minute, station, out, card: (
            lent(minute, card, station) if out else back(minute, station)
        ),
        st.integers(1, 8),
        st.integers(1, 2),
        st.booleans(),
        st.sampled_from([ADULT_CARD, CHILD_CARD]),
    ),
    max_size=4,
    unique_by=lambda past: (past.minute, past.station),
)


@st.composite
def with_cancels(draw: st.DrawFn) -> list[Past]:
    """Some check-outs are taken back, in the minute 9 and later."""
    happened = draw(events)
    outs = [past for past in happened if isinstance(past.act, CheckOut)]
    taken = draw(st.lists(st.sampled_from(outs), max_size=1)) if outs else []
    cancels = (
        Past(9 + place, past.station, CancelCheckOut(name_of(past)), Cancelled(name_of(past)))
        for place, past in enumerate(taken)
    )
    return [*happened, *cancels]


@given(with_cancels())
@settings(max_examples=60)
def test_loans_are_the_same_for_every_order_of_arrival(happened: list[Past]) -> None:
    told_in = {str(told(entered(order))) for order in permutations(happened)}
    assert len(told_in) == 1


@given(with_cancels())
def test_an_item_has_one_open_loan_at_most_and_no_claim_is_lost(happened: list[Past]) -> None:
    desk = entered(happened)
    loans = desk.loans_of(BOOK.id)
    assert sum(loan.state is LoanState.OPEN for loan in loans) <= 1
    claims = {claim.operation for loan in loans for claim in desk.claims_on(loan.id)}
    cancelled = {past.act.of for past in happened if isinstance(past.act, CancelCheckOut)}
    outs = {name_of(past) for past in happened if isinstance(past.act, CheckOut)}
    assert claims == outs - cancelled
    for patron, kinds in desk.open_loans.items():
        mine = [loan for loan in loans if loan.patron == patron]
        assert sum(kinds.values()) == sum(loan.state is LoanState.OPEN for loan in mine)


def test_check_out_that_comes_after_its_return_is_a_closed_loan() -> None:
    """Another station's return of it was offered first."""
    desk = entered([back(5, station=2), lent(3)])
    (loan,) = desk.loans_of(BOOK.id)
    assert (loan.state, loan.closed_at_ms) == (LoanState.RETURNED, NOON_MS + 5 * 60_000)
    assert desk.open_loan(BOOK.id) is None


def test_due_date_is_the_one_that_was_told() -> None:
    desk = entered([lent(1)])
    (loan,) = desk.loans_of(BOOK.id)
    assert loan.due == DUE


def test_two_patrons_at_once_are_both_entered_and_shown_to_staff() -> None:
    desk = entered([lent(1, ADULT_CARD), lent(2, CHILD_CARD, station=2)])
    assert [row[:3] for row in told(desk)] == [
        (1, NOON_MS + 60_000, NOON_MS + 120_000),
        (2, NOON_MS + 120_000, None),
    ]
    assert conflicts(desk) == 1


def test_return_between_two_claims_of_one_patron_parts_them_into_two_loans() -> None:
    desk = entered([lent(1), lent(5), back(3)])
    assert [row[1:3] for row in told(desk)] == [
        (NOON_MS + 60_000, NOON_MS + 180_000),
        (NOON_MS + 300_000, None),
    ]
    assert conflicts(desk) == 0


def test_loan_that_staff_closed_as_lost_is_not_opened_again() -> None:
    day = Day()
    day.do(CheckOut(BOOK.number, ADULT_CARD), name="0/1")
    (loan,) = day.desk.loans_of(BOOK.id)
    lost = replace(loan, state=LoanState.LOST, closed_at_ms=NOON_MS + 90_000)
    day.desk.loans[loan.id] = lost
    deed = Deed("late", 2, 1, "SK", NOON_MS + 60_000, CheckOut(BOOK.number, ADULT_CARD))
    day.desk.take(enter(day.desk, day.policy, deed, LENT))
    assert day.desk.loans[loan.id].state is LoanState.LOST


def test_renewal_keeps_the_date_that_was_told() -> None:
    renewed = Past(2, 1, Renew(BOOK.number, ADULT_CARD), Renewed(BOOK.number, date(2026, 4, 1)))
    (loan,) = entered([lent(1), renewed]).loans_of(BOOK.id)
    assert (loan.due, loan.renewals) == (date(2026, 4, 1), 1)


def test_renewal_of_a_loan_that_nobody_knows_is_shown_to_staff() -> None:
    renewed = Past(2, 1, Renew(BOOK.number, ADULT_CARD), Renewed(BOOK.number, date(2026, 4, 1)))
    assert conflicts(entered([renewed])) == 1


def test_cancel_offered_again_takes_its_claim() -> None:
    cancel = Past(2, 1, CancelCheckOut("1/1"), Cancelled("1/1"))
    (loan,) = entered([lent(1), cancel]).loans_of(BOOK.id)
    assert loan.state is LoanState.VOID


def test_own_hold_is_filled_by_a_loan_that_comes_late() -> None:
    desk = entered([lent(1, CHILD_CARD)], HOLD)
    assert desk.holds[HOLD.id].state is HoldState.FILLED
    assert CHILD.id == HOLD.patron


@pytest.mark.parametrize("reply", [Refused(RefusalCode.LIMIT_REACHED), Withdrawn(), Parked()])
def test_what_was_not_done_then_is_not_done_now(reply: OutcomeReply) -> None:
    desk = entered([Past(1, 1, CheckOut(BOOK.number, ADULT_CARD), reply)])
    assert desk.loans_of(BOOK.id) == []


@pytest.mark.parametrize("act", [CheckOut("gone", ADULT_CARD), CheckOut(BOOK.number, "gone")])
def test_loan_of_something_unknown_now_is_shown_to_staff(act: Act) -> None:
    """The catalogue or the patron was entered after the backup."""
    desk = entered([Past(1, 1, act, LENT)])
    assert desk.loans_of(BOOK.id) == []
    assert conflicts(desk) == 1


def test_no_events_make_no_loans() -> None:
    assert spans([], lambda _claim: None) == []
