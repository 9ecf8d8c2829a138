"""An item's loans as a fold over what happened to it, in the order in which it happened.

The outcome is the same for every order in which the events became known.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count, pairwise

from msgspec import Struct
from msgspec.structs import replace

from service.circulation.desk import Desk, Row
from service.circulation.facts import CheckedIn, Claim, Loan
from service.circulation.loans import moved
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


def spans(happened: Iterable[Event], patron_of: Callable[[Claim], int | None]) -> list[Span]:
    """The loans that these events make. Events of one moment go by station and its sequence."""
    made: list[Span] = []
    for event in sorted(happened, key=lambda event: (event.at_ms, event.station, event.sequence)):
        running = made[-1] if made and made[-1].closed_at_ms is None else None
        if isinstance(event, CheckedIn):
            if running:
                running.closed_at_ms = event.at_ms
        elif running and running.patron == patron_of(event):
            running.claims.append(event)
        else:
            if running:
                running.closed_at_ms, running.displaced = event.at_ms, True
            made.append(Span(patron_of(event), [event]))
    return made


class Retold(Struct):
    """An item's history after a change: the rows that differ, and whether the change conflicts."""

    rows: tuple[Row, ...]
    conflict: bool


def with_claim(desk: Desk, claim: Claim, loan: Loan) -> Retold:
    """`loan`: what the claim would open if it stood alone, a new one."""
    story = _Story(desk, loan.item, loan)
    return story.told([*story.claims, claim], story.closings, claim)


def with_check_in(desk: Desk, check_in: CheckedIn) -> Retold:
    """The item was back at that time."""
    story = _Story(desk, check_in.item)
    return story.told(story.claims, [*story.closings, check_in], check_in)


def without_claim(desk: Desk, claim: Claim, at_ms: int) -> Retold:
    """A loan that has no other claim is void, else it runs from the earliest that is left."""
    story = _Story(desk, desk.loans[claim.loan].item)
    left = [other for other in story.claims if other.operation != claim.operation]
    return story.told(left, story.closings, replace(claim, at_ms=at_ms))


class _Story:
    """What the desk knows of one item. `new`: a loan that is not on the desk yet."""

    def __init__(self, desk: Desk, item: int, new: Loan | None = None) -> None:
        self._desk = desk
        self._item = item
        running = (loan for loan in desk.loans_of(item) if loan.state is not LoanState.VOID)
        self._loans = {loan.id: loan for loan in running}
        self._unclaimed = self._loans.keys() - {claim.loan for claim in desk.claims.values()}
        if new is not None:
            self._loans[new.id] = new

    @property
    def claims(self) -> list[Claim]:
        """Those that stand. A loan brought in from elsewhere has none: its opening takes part."""
        imported = (self._loans[number] for number in sorted(self._unclaimed))
        return [
            *(claim for claim in self._desk.claims.values() if self._stands(claim)),
            *(Claim("", loan.id, FIRST, FIRST, loan.opened_at_ms) for loan in imported),
        ]

    @property
    def closings(self) -> list[CheckedIn]:
        """Check-ins, and what was closed without one."""
        return [
            *(back for back in self._desk.check_ins.values() if back.item == self._item),
            *(
                CheckedIn("", self._item, FIRST, FIRST, loan.closed_at_ms)
                for loan in self._loans.values()
                if loan.closed_at_ms is not None and self._closed_otherwise(loan)
            ),
        ]

    def told(self, claims: list[Claim], closings: list[CheckedIn], event: Event) -> Retold:
        made = spans([*claims, *closings], lambda claim: self._loans[claim.loan].patron)
        rows = tuple(self._rows(made, event.at_ms))
        return Retold(rows, _in_conflict(made, event))

    def _stands(self, claim: Claim) -> bool:
        return claim.cancelled_at_ms is None and claim.loan in self._loans

    def _closed_otherwise(self, loan: Loan) -> bool:
        return loan.state in CLOSED_BY_STAFF or loan.id in self._unclaimed

    def _rows(self, made: list[Span], at_ms: int) -> Iterator[Row]:
        """Closed loans before the open one: an item has one open loan at any moment."""
        fresh = count(self._desk.next_loan + 1)  # the number itself is the new loan's
        written: dict[int, Loan] = {}
        for span in made:
            known = [claim.loan for claim in span.claims if claim.loan not in written]
            number = min(known) if known else next(fresh)
            like = self._loans.get(number, self._loans[span.claims[0].loan])
            written[number] = _loan_of(span, number, like)
            yield from (replace(c, loan=number) for c in span.claims if self._moves(c, number))
        for number in (self._loans.keys() & self._desk.loans.keys()) - written.keys():
            written[number] = moved(self._loans[number], LoanState.VOID, at_ms)
        changed = (loan for loan in written.values() if self._desk.loans.get(loan.id) != loan)
        yield from sorted(changed, key=lambda loan: loan.state is LoanState.OPEN)

    def _moves(self, claim: Claim, loan: int) -> bool:
        """Whether the claim is to be written: it is new, or another loan's now."""
        is_real = bool(claim.operation)
        return is_real and (claim.loan != loan or claim.operation not in self._desk.claims)


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
