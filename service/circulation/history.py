"""An item's loans as a fold over what happened to it, in the order in which it happened.

The outcome is the same for every order in which the events became known.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, pairwise

from msgspec import Struct
from msgspec.structs import replace

from service.circulation.desk import Desk, Row
from service.circulation.facts import CheckedIn, Claim, Loan
from service.circulation.words import LoanState

Event = Claim | CheckedIn

CLOSED_BY_STAFF = frozenset({LoanState.LOST, LoanState.CLAIMED_RETURNED})
FIRST = -1


class Span(Struct):
    """One loan in the making. `displaced`: another patron took the item before it was back."""

    patron: int | None
    claims: list[Claim]
    closed_at_ms: int | None = None
    displaced: bool = False


def spans(happened: Iterable[Event], patron_of: Mapping[str, int | None]) -> list[Span]:
    """The loans that these events make. Events of one moment go by station and its sequence.

    `patron_of`: who made a claim, by its operation.
    """
    made: list[Span] = []
    for event in sorted(happened, key=lambda event: (event.at_ms, event.station, event.sequence)):
        running = made[-1] if made and made[-1].closed_at_ms is None else None
        if isinstance(event, CheckedIn):
            if running:
                running.closed_at_ms = event.at_ms
        elif running and running.patron == patron_of[event.operation]:
            running.claims.append(event)
        else:
            if running:
                running.closed_at_ms, running.displaced = event.at_ms, True
            made.append(Span(patron_of[event.operation], [event]))
    return made


class Retold(Struct):
    """An item's history with one event more: the rows that differ, and whether that conflicts."""

    rows: tuple[Row, ...]
    conflict: bool


def retold(desk: Desk, item: int, event: Event, loan: Loan | None) -> Retold:
    """`loan`: the one that the event, a claim, would open if it stood alone."""
    loans = {known.id: known for known in _running(desk, item)}
    if loan is not None:
        loans[loan.id] = loan
    claims = [claim for claim in desk.claims.values() if _stands(claim, loans)]
    happened: list[Event] = [*claims, *_came_back(desk, item, loans), event]
    told = [event, *claims]
    patron_of = {
        claim.operation: loans[claim.loan].patron for claim in told if isinstance(claim, Claim)
    }
    made = spans(happened, patron_of)
    return Retold(tuple(_rows(desk, loans, made, event.at_ms)), _in_conflict(made, event))


def _running(desk: Desk, item: int) -> Iterator[Loan]:
    return (loan for loan in desk.loans_of(item) if loan.state is not LoanState.VOID)


def _stands(claim: Claim, loans: Mapping[int, Loan]) -> bool:
    return claim.cancelled_at_ms is None and claim.loan in loans


def _came_back(desk: Desk, item: int, loans: Mapping[int, Loan]) -> Iterator[CheckedIn]:
    """Check-ins, and what staff closed without one."""
    yield from (back for back in desk.check_ins.values() if back.item == item)
    for loan in loans.values():
        if loan.state in CLOSED_BY_STAFF and loan.closed_at_ms is not None:
            yield CheckedIn("", item, FIRST, FIRST, loan.closed_at_ms)


def _rows(desk: Desk, loans: Mapping[int, Loan], made: list[Span], at_ms: int) -> Iterator[Row]:
    """Closed loans before the open one: an item has one open loan at any moment."""
    fresh = count(max(desk.next_loan, *loans) + 1)
    written: dict[int, Loan] = {}
    for span in made:
        known = [claim.loan for claim in span.claims if claim.loan not in written]
        number = min(known) if known else next(fresh)
        like = loans.get(number, loans[span.claims[0].loan])
        written[number] = _loan_of(span, number, like)
        yield from (replace(c, loan=number) for c in span.claims if _moves(desk, c, number))
    for number in (loans.keys() & desk.loans.keys()) - written.keys():
        closed_at = loans[number].closed_at_ms
        closed_at = at_ms if closed_at is None else closed_at
        written[number] = replace(loans[number], state=LoanState.VOID, closed_at_ms=closed_at)
    changed = (loan for loan in written.values() if desk.loans.get(loan.id) != loan)
    yield from sorted(changed, key=lambda loan: loan.state is LoanState.OPEN)


def _moves(desk: Desk, claim: Claim, loan: int) -> bool:
    return claim.loan != loan or claim.operation not in desk.claims


def _loan_of(span: Span, number: int, like: Loan) -> Loan:
    """The loan of this span, else as it was known before."""
    state = LoanState.OPEN
    if span.closed_at_ms is not None:
        state = LoanState.RETURNED if like.state is LoanState.OPEN else like.state
    opened_at = span.claims[0].at_ms
    return replace(
        like, id=number, state=state, opened_at_ms=opened_at, closed_at_ms=span.closed_at_ms
    )


def _in_conflict(made: list[Span], event: Event) -> bool:
    """The event took the item from another patron, or another took it afterwards."""
    return any(
        before.displaced and (event in before.claims or event is after.claims[0])
        for before, after in pairwise(made)
    )
