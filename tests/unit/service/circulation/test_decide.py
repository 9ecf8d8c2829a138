"""Decisions: each sees what the one before it changed, and changes nothing by being refused."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from service.circulation.decide import DECIDE, decide
from service.circulation.facts import Deed, Hold, Loan
from service.circulation.loans import TRANSITIONS, WrongTransition, moved
from service.circulation.words import AttentionKind, HoldState, LoanState
from service.protocol.operations import (
    Act,
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    Destination,
    Lent,
    Noted,
    Refused,
    Renewed,
    Returned,
    Withdrawn,
)
from tests.unit.service.circulation.small_library import (
    ADULT,
    ADULT_CARD,
    BOOK,
    CHILD_CARD,
    DAY_MS,
    FALLBACK,
    HOLD,
    NOON,
    NOON_MS,
    Day,
    policy_of,
)

OUT = CheckOut(BOOK.number, ADULT_CARD)
OUT_CHILD = CheckOut(BOOK.number, CHILD_CARD)
IN = CheckIn(BOOK.number)
RENEW = Renew(BOOK.number, ADULT_CARD)
UID = "E004010012345678"
LENT = Lent(BOOK.number, BOOK.title, BOOK.author, NOON + timedelta(days=14))
AGAIN = replace(LENT, already_yours=True)


def books(number: int) -> list[str]:
    return [f"TK.{n:05}" for n in range(number)]


def shelf(number: int) -> Day:
    """A day with so many books of different titles."""
    items = (
        replace(BOOK, id=place, number=name, title_id=place)
        for place, name in enumerate(books(number))
    )
    return Day(None, *items)


def loan_of(day: Day, item: int = BOOK.id) -> Loan:
    (loan,) = day.desk.loans_of(item)
    return loan


def hold_state(day: Day, hold: int = HOLD.id) -> HoldState:
    return day.desk.holds[hold].state


def with_hold(*holds: Hold) -> Day:
    day = Day()
    day.desk.lay(holds)
    return day


# --- check-out ------------------------------------------------------------------------------


def test_book_is_lent_by_the_rule_that_applies() -> None:
    day = Day()
    assert day.do(OUT) == LENT
    loan = loan_of(day)
    assert (loan.patron, loan.state, loan.rule) == (ADULT.id, LoanState.OPEN, FALLBACK.id)
    assert (loan.category, loan.item_type, loan.point) == ("adult", "book", "SK")


def test_second_patron_at_the_same_moment_is_refused() -> None:
    day = Day()
    day.do(OUT)
    assert day.do(OUT_CHILD) == Refused(RefusalCode.ON_LOAN_TO_ANOTHER)
    assert loan_of(day).patron == ADULT.id


def test_own_loan_is_granted_again_without_renewal() -> None:
    day = Day()
    day.do(OUT)
    day.at_ms += 3 * DAY_MS
    assert day.do(OUT) == AGAIN
    assert loan_of(day).renewals == 0
    assert len(day.desk.claims_on(loan_of(day).id)) == 2


def test_own_loan_is_granted_again_also_at_the_limit_and_when_blocked() -> None:
    """The tag of a book that is out must be released, whatever the patron's standing."""
    day = Day(policy_of())
    day.do(OUT)
    blocked = replace(ADULT, may_not_borrow=True, max_loans=1, expires=NOON - timedelta(days=9))
    day.desk.patrons[ADULT_CARD] = blocked
    assert day.do(OUT) == AGAIN


def test_limit_is_reached_within_one_set() -> None:
    day = shelf(4)
    replies = [day.do(CheckOut(name, ADULT_CARD)) for name in books(4)]
    assert [type(reply) for reply in replies] == [Lent, Lent, Lent, Refused]
    assert replies[-1] == Refused(RefusalCode.LIMIT_REACHED)


def test_limit_is_free_again_after_a_return_in_the_same_set() -> None:
    day = shelf(4)
    for name in books(3):
        day.do(CheckOut(name, ADULT_CARD))
    day.do(CheckIn(books(4)[0]))
    assert isinstance(day.do(CheckOut(books(4)[3], ADULT_CARD)), Lent)


def test_two_cards_of_one_patron_share_one_limit() -> None:
    day = shelf(4)
    day.desk.patrons["second card"] = ADULT
    for name, card in zip(books(3), (ADULT_CARD, "second card", ADULT_CARD), strict=True):
        day.do(CheckOut(name, card))
    refused = day.do(CheckOut(books(4)[3], "second card"))
    assert refused == Refused(RefusalCode.LIMIT_REACHED)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (CheckOut(BOOK.number, "nobody's"), RefusalCode.PATRON_UNKNOWN),
        (CheckOut("no such book", ADULT_CARD), RefusalCode.ITEM_UNKNOWN),
        (Renew(BOOK.number, "nobody's"), RefusalCode.PATRON_UNKNOWN),
        (Renew("no such book", ADULT_CARD), RefusalCode.ITEM_UNKNOWN),
        (RENEW, RefusalCode.NOT_ON_LOAN_TO_PATRON),
    ],
)
def test_refusal_changes_nothing(act: Act, code: RefusalCode) -> None:
    day = Day()
    assert day.do(act) == Refused(code)
    assert not day.desk.changed


def test_library_that_lost_its_fallback_rule_refuses_and_says_so() -> None:
    day = Day(replace(policy_of(), rules={}))
    assert day.do(OUT) == Refused(RefusalCode.NO_RULE)


# --- check-in -------------------------------------------------------------------------------


def test_return_closes_the_loan_and_says_where_to_put_the_book() -> None:
    day = Day()
    day.do(OUT)
    back = day.do(IN)
    assert back == Returned(
        BOOK.number, BOOK.title, BOOK.author, Destination.SHELF, BOOK.shelf_mark, was_on_loan=True
    )
    assert loan_of(day).state is LoanState.RETURNED
    assert day.desk.open_loan(BOOK.id) is None


def test_return_of_a_book_that_is_not_lent_is_booked() -> None:
    day = Day()
    back = day.do(IN)
    assert isinstance(back, Returned)
    assert not back.was_on_loan
    assert len(day.desk.check_ins) == 1


def test_return_is_never_refused_because_of_the_patron() -> None:
    day = Day()
    day.do(OUT)
    del day.desk.patrons[ADULT_CARD]
    back = day.do(IN)
    assert isinstance(back, Returned)
    assert back.was_on_loan


def test_unknown_book_goes_to_the_desk() -> None:
    back = Day().do(CheckIn("from elsewhere"))
    assert back == Returned("from elsewhere", "", "", Destination.DESK, "", was_on_loan=False)


@pytest.mark.parametrize("flaw", ["withdrawn", "lost"])
def test_withdrawn_or_lost_book_goes_to_the_desk(flaw: str) -> None:
    back = Day(None, replace(BOOK, **{flaw: True})).do(IN)
    assert isinstance(back, Returned)
    assert back.destination is Destination.DESK


def test_book_of_another_point_goes_home() -> None:
    back = Day().do(IN, point="SK.01")
    assert isinstance(back, Returned)
    assert (back.destination, back.place) == (Destination.OTHER_POINT, "Thư viện tỉnh")


# --- holds ----------------------------------------------------------------------------------


def test_returned_book_is_set_aside_for_the_first_in_the_queue() -> None:
    later = replace(HOLD, id=2, patron=3, placed_at_ms=HOLD.placed_at_ms + 1)
    day = with_hold(later, HOLD)
    back = day.do(IN)
    assert isinstance(back, Returned)
    assert back.destination is Destination.HOLD_SHELF
    assert hold_state(day) is HoldState.ON_SHELF
    assert hold_state(day, 2) is HoldState.QUEUED


def test_book_travels_to_the_pick_up_point_and_waits_there() -> None:
    day = with_hold(replace(HOLD, pickup_point="SK.01"))
    first = day.do(IN)
    assert isinstance(first, Returned)
    assert (first.destination, first.place) == (Destination.OTHER_POINT, "Chi nhánh số 1")
    assert hold_state(day) is HoldState.TRAVELLING
    second = day.do(IN, point="SK.01")
    assert isinstance(second, Returned)
    assert second.destination is Destination.HOLD_SHELF
    assert hold_state(day) is HoldState.ON_SHELF


def test_book_set_aside_for_another_is_refused_and_its_holder_gets_it() -> None:
    day = with_hold(HOLD)
    day.do(IN)
    assert day.do(OUT) == Refused(RefusalCode.HELD_FOR_ANOTHER)
    assert isinstance(day.do(OUT_CHILD), Lent)
    assert hold_state(day) is HoldState.FILLED
    assert day.desk.holds[1].filled_by == loan_of(day).id


def test_holder_first_in_the_queue_may_take_the_copy_from_the_shelf() -> None:
    day = with_hold(HOLD)
    assert isinstance(day.do(OUT_CHILD), Lent)
    assert hold_state(day) is HoldState.FILLED


def test_cancel_of_the_loan_that_filled_a_hold_gives_the_old_place_back() -> None:
    day = with_hold(HOLD)
    day.do(OUT_CHILD, name="out")
    day.do(CancelCheckOut("out"))
    assert day.desk.holds[1] == HOLD


def test_patron_who_queued_anew_does_not_get_two_places() -> None:
    day = with_hold(HOLD)
    day.do(OUT_CHILD, name="out")
    day.desk.lay([replace(HOLD, id=2)])
    day.do(CancelCheckOut("out"))
    assert hold_state(day) is HoldState.FILLED


# --- renewal --------------------------------------------------------------------------------


def test_renewal_runs_from_today_and_counts() -> None:
    day = Day()
    day.do(OUT)
    day.at_ms += 10 * DAY_MS
    assert day.do(RENEW) == Renewed(BOOK.number, NOON + timedelta(days=24))
    assert loan_of(day).renewals == 1


def test_renewal_never_shortens() -> None:
    day = Day()
    day.do(OUT)
    assert day.do(RENEW) == Refused(RefusalCode.TOO_SOON_TO_RENEW)


def test_renewal_goes_by_the_rule_of_the_loan_though_another_applies_now() -> None:
    day = Day()
    day.do(OUT)
    stricter = replace(FALLBACK, id=2, item_type="book", renewals=0)
    day.policy = policy_of(stricter)
    day.at_ms += DAY_MS
    assert isinstance(day.do(RENEW), Renewed)


def test_renewal_is_refused_while_another_waits_for_the_title() -> None:
    day = Day()
    day.do(OUT)
    day.desk.lay([HOLD])
    day.at_ms += DAY_MS
    assert day.do(RENEW) == Refused(RefusalCode.HELD_FOR_ANOTHER)


# --- cancel ---------------------------------------------------------------------------------


def test_cancel_voids_a_loan_with_one_claim() -> None:
    day = Day()
    day.do(OUT, name="out")
    assert day.do(CancelCheckOut("out")) == Cancelled("out")
    assert loan_of(day).state is LoanState.VOID
    assert sum(day.desk.open_loans[ADULT.id].values()) == 0
    assert isinstance(day.do(OUT_CHILD), Lent)


def test_cancel_before_its_check_out_withdraws_it() -> None:
    day = Day()
    assert day.do(CancelCheckOut("out")) == Cancelled("out")
    assert day.do(OUT, name="out") == Withdrawn()
    assert day.desk.loans_of(BOOK.id) == []


def test_same_patron_second_station_then_cancel() -> None:
    """The loan stays with the second claim and runs from it."""
    day = Day()
    day.do(OUT, name="first")
    second_at = day.at_ms
    day.do(OUT, name="second")
    day.do(CancelCheckOut("first"))
    loan = loan_of(day)
    assert (loan.state, loan.opened_at_ms, loan.due) == (LoanState.OPEN, second_at, LENT.due)
    day.do(CancelCheckOut("second"))
    assert loan_of(day).state is LoanState.VOID


def test_return_overtakes_cancel() -> None:
    """A loan that was closed before its cancel came is void, and stays closed when it closed."""
    day = Day()
    day.do(OUT, name="out")
    returned_at = day.at_ms
    day.do(IN)
    assert day.do(CancelCheckOut("out")) == Cancelled("out")
    loan = loan_of(day)
    assert (loan.state, loan.closed_at_ms) == (LoanState.VOID, returned_at)


def test_second_try_after_a_cancel_is_a_loan_of_its_own() -> None:
    day = Day()
    day.do(OUT, name="first")
    day.do(CancelCheckOut("first"))
    assert day.do(OUT, name="second") == replace(LENT, due=LENT.due)
    assert sorted(loan.state for loan in day.desk.loans_of(BOOK.id)) == ["open", "void"]


def test_cancel_twice_takes_one_claim() -> None:
    day = Day()
    day.do(OUT, name="first")
    day.do(OUT, name="second")
    day.do(CancelCheckOut("first"))
    day.do(CancelCheckOut("first"))
    assert loan_of(day).state is LoanState.OPEN


def test_cancel_of_a_refused_check_out_leaves_nothing_behind() -> None:
    day = Day()
    day.do(OUT)
    day.do(OUT_CHILD, name="refused")
    assert day.do(CancelCheckOut("refused")) == Cancelled("refused")
    assert not day.desk.withdrawn


# --- reports --------------------------------------------------------------------------------


def lines(day: Day) -> list[AttentionKind]:
    return [line.kind for line in day.desk.lines.values() if line.closed_at_ms is None]


def test_unproved_tag_is_listed_once_until_any_pad_proves_it() -> None:
    day = Day()
    day.do(OUT, name="out")
    for _ in range(2):
        assert day.do(ReportTag(BOOK.number, UID, "unproved", "out")) == Noted()
    assert lines(day) == [AttentionKind.TAG_UNPROVED]
    day.do(ReportTag(BOOK.number, UID, "released-proved"))
    assert lines(day) == []


def test_proof_of_one_part_of_a_set_leaves_the_line_of_the_other() -> None:
    day = Day()
    day.do(ReportTag(BOOK.number, UID, "unproved"))
    day.do(ReportTag(BOOK.number, UID[:-1] + "9", "unproved"))
    day.do(ReportTag(BOOK.number, UID, "secured-proved"))
    assert lines(day) == [AttentionKind.TAG_UNPROVED]


def test_tag_found_secured_though_lent_takes_the_place_of_unproved() -> None:
    day = Day()
    day.do(ReportTag(BOOK.number, UID, "unproved"))
    day.do(ReportTag(BOOK.number, UID, "lent-still-secured"))
    assert lines(day) == [AttentionKind.LENT_STILL_SECURED]


def test_proof_of_the_tag_does_not_close_nobody_was_told() -> None:
    """Two lines; one does not close the other."""
    day = Day()
    day.do(OUT, name="out")
    day.do(ReportTag(BOOK.number, UID, "unproved", "out"))
    day.do(ReportTold("out", told=False))
    day.do(ReportTag(BOOK.number, UID, "released-proved"))
    assert lines(day) == [AttentionKind.LENT_NOBODY_TOLD]
    day.do(ReportTold("out", told=True))
    assert lines(day) == []


def test_the_patron_is_told_when_the_same_loan_is_granted_once_more() -> None:
    day = Day()
    day.do(OUT, name="out")
    day.do(ReportTold("out", told=False))
    day.do(OUT, name="again")
    assert lines(day) == [AttentionKind.LENT_NOBODY_TOLD]
    day.do(ReportTold("again", told=True))
    assert lines(day) == []


def test_return_that_nobody_was_told_is_listed_with_its_item() -> None:
    day = Day()
    day.do(IN, name="in")
    day.do(ReportTold("in", told=False))
    (line,) = day.desk.lines.values()
    assert (line.kind, line.item_number) == (AttentionKind.RETURNED_NOBODY_TOLD, BOOK.number)


def test_of_a_refused_or_cancelled_act_there_is_nothing_to_tell() -> None:
    day = Day()
    day.do(CheckOut("no such book", ADULT_CARD), name="refused")
    day.do(ReportTold("refused", told=False))
    day.do(OUT, name="out")
    day.do(CancelCheckOut("out"))
    day.do(ReportTold("out", told=False))
    assert lines(day) == []


# --- tables ---------------------------------------------------------------------------------


def test_every_act_has_its_decision() -> None:
    assert set(DECIDE) == set(Act.__args__)


def test_decision_by_itself_changes_nothing() -> None:
    day = Day()
    decision = decide(day.desk, day.policy, Deed("x", 1, 1, "SK", NOON_MS, OUT))
    assert decision.rows
    assert day.desk.open_loan(BOOK.id) is None
    assert not day.desk.changed


@pytest.mark.parametrize("before", list(LoanState))
@pytest.mark.parametrize("after", list(LoanState))
def test_loan_moves_as_the_table_says_and_no_other_way(before: LoanState, after: LoanState) -> None:
    day = Day()
    day.do(OUT)
    closed_at = None if before is LoanState.OPEN else 5
    loan = replace(loan_of(day), state=before, closed_at_ms=closed_at)
    if (before, after) in TRANSITIONS:
        assert moved(loan, after, 7).closed_at_ms == (closed_at or 7)
    else:
        with pytest.raises(WrongTransition):
            moved(loan, after, 7)


def test_void_is_final_and_nothing_opens_again() -> None:
    assert not any(before is LoanState.VOID for before, _ in TRANSITIONS)
    assert not any(after is LoanState.OPEN for _, after in TRANSITIONS)
