"""A return that was long under way: it closes what was open when the book was laid down."""

from service.circulation.words import LoanState
from service.protocol.operations import CheckIn, CheckOut
from service.protocol.replies import Returned
from tests.unit.service.circulation.small_library import ADULT_CARD, BOOK, CHILD_CARD, Day

OUT = CheckOut(BOOK.number, ADULT_CARD)
OUT_CHILD = CheckOut(BOOK.number, CHILD_CARD)
IN = CheckIn(BOOK.number)


def lent_and_returned_late(*meanwhile: CheckOut | CheckIn) -> tuple[Day, int, Returned]:
    """Lent, laid down at a station without a line, `meanwhile`, and then its return arrives."""
    day = Day()
    day.do(OUT, name="first")
    laid_down = day.at_ms
    day.at_ms += 60_000
    for act in meanwhile:
        day.do(act, name=f"meanwhile at {day.at_ms}")
    day.at_ms = laid_down
    reply = day.do(IN, name="late")
    assert isinstance(reply, Returned)
    return day, laid_down, reply


def test_nothing_happened_since_it_closes_the_loan_at_its_own_time() -> None:
    day, laid_down, reply = lent_and_returned_late()
    (loan,) = day.desk.loans.values()
    assert (loan.state, loan.closed_at_ms) == (LoanState.RETURNED, laid_down)
    assert reply.was_on_loan


def test_lent_to_the_same_patron_since_the_loan_that_runs_is_a_new_one() -> None:
    """At the other station it was "already yours": the ledger did not know of the return yet."""
    day, laid_down, reply = lent_and_returned_late(OUT)
    first, second = day.desk.loans.values()
    assert (first.state, first.closed_at_ms) == (LoanState.RETURNED, laid_down)
    assert second.state is LoanState.OPEN
    assert second.opened_at_ms > laid_down
    assert len(day.desk.claims_on(second.id)) == 1
    assert reply.was_on_loan


def test_returned_and_lent_to_another_since_the_loan_of_the_other_runs_on() -> None:
    day, laid_down, _ = lent_and_returned_late(IN, OUT_CHILD)
    first, second = day.desk.loans.values()
    assert (first.state, first.closed_at_ms) == (LoanState.RETURNED, laid_down)
    assert (second.state, second.patron) == (LoanState.OPEN, 2)
