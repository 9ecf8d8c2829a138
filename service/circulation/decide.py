"""Decides one operation on the facts of the desk (docs/circulation.md, Decisions)."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from service.circulation import guards
from service.circulation.cancel import cancel_check_out
from service.circulation.desk import Decision, Desk, Row
from service.circulation.due_dates import due_day, today_at
from service.circulation.facts import CheckedIn, Claim, Deed, Item, Loan
from service.circulation.guards import Lending
from service.circulation.history import with_check_in
from service.circulation.holds import filled, first_claimant, trapped_at
from service.circulation.loans import moved
from service.circulation.reports import report_tag, report_told
from service.circulation.rules import Policy
from service.circulation.words import LoanState
from service.protocol.operations import (
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Renew,
    ReportTag,
    ReportTold,
)
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Destination,
    Lent,
    Refused,
    Renewed,
    Returned,
    Withdrawn,
)


def decide(desk: Desk, policy: Policy, deed: Deed) -> Decision:
    """The decision on an operation that was never applied before; the desk stays as it is."""
    return DECIDE[type(deed.act)](desk, policy, deed, deed.act)


def lending_of(
    desk: Desk, policy: Policy, act: CheckOut | Renew, at_ms: int
) -> Lending | RefusalCode:
    """All that bears on what the act names, unless the library does not know it."""
    patron, item = desk.patrons.get(act.patron_card), desk.items.get(act.item)
    if patron is None:
        return RefusalCode.PATRON_UNKNOWN
    if item is None:
        return RefusalCode.ITEM_UNKNOWN
    return Lending(
        patron=patron,
        item=item,
        loan=desk.open_loan(item.id),
        holds=desk.holds_on(item.title_id),
        open_loans=desk.open_loans[patron.id],
        rule=policy.rule_for(item.home_point, patron.category, item.item_type),
        policy=policy,
        today=today_at(policy, item.home_point, at_ms),
    )


def check_out(desk: Desk, policy: Policy, deed: Deed, act: CheckOut) -> Decision:
    """Granted, granted again ("already yours"), refused, or withdrawn by a cancel before it."""
    if deed.operation in desk.withdrawn:
        return Decision(Withdrawn())
    lending = lending_of(desk, policy, act, deed.at_ms)
    if isinstance(lending, RefusalCode):
        return Decision(Refused(lending))
    if code := guards.first_refusal(guards.TO_BORROW_AGAIN, lending):
        return Decision(Refused(code))
    if lending.loan is not None and lending.loan.patron == lending.patron.id:
        return _already_theirs(deed, lending.item, lending.loan)
    if code := guards.first_refusal(guards.TO_BORROW, lending):
        return Decision(Refused(code))
    return _lend(desk.next_loan, deed, lending)


def _already_theirs(deed: Deed, item: Item, loan: Loan) -> Decision:
    """No renewal: the loan is as it was, with one claim more."""
    reply = Lent(item.number, item.title, item.author, loan.due, already_yours=True)
    return Decision(reply, (claim_of(deed, loan.id),))


def _lend(number: int, deed: Deed, lending: Lending) -> Decision:
    loan = loan_of(number, deed, lending)
    rows: tuple[Row, ...] = (loan, claim_of(deed, number))
    if hold := first_claimant(lending.holds, lending.item):
        rows += (filled(hold, number, deed.at_ms),)
    return Decision(
        Lent(lending.item.number, lending.item.title, lending.item.author, loan.due), rows
    )


def claim_of(deed: Deed, loan: int) -> Claim:
    """The claim that a granted check-out has on a loan."""
    return Claim(deed.operation, loan, deed.station, deed.sequence, deed.at_ms)


def loan_of(number: int, deed: Deed, lending: Lending) -> Loan:
    """A new open loan under the rule that applies now."""
    patron, item, rule = lending.patron, lending.item, lending.rule
    if rule is None:
        raise ValueError(f"no rule for item type {item.item_type} and category {patron.category}")
    due = due_day(lending.policy, rule, item.home_point, lending.today, patron.expires)
    return Loan(
        id=number,
        item=item.id,
        patron=patron.id,
        state=LoanState.OPEN,
        opened_at_ms=deed.at_ms,
        due=due,
        closed_at_ms=None,
        renewals=0,
        rule=rule.id,
        category=patron.category,
        item_type=item.item_type,
        point=item.home_point,
    )


def check_in(desk: Desk, policy: Policy, deed: Deed, act: CheckIn) -> Decision:
    """Never refused: what lies on the pad is back. An unknown item goes to the desk.

    One that comes so late that the item was lent again since takes its place in the history.
    """
    item = desk.items.get(act.item)
    if item is None:
        return Decision(Returned(act.item, "", "", Destination.DESK, "", was_on_loan=False))
    loan = desk.open_loan(item.id)
    back = check_in_of(deed, item)
    if loan is not None and any(claim.at_ms > deed.at_ms for claim in desk.claims_on(loan.id)):
        return _back_before_it_was_lent_again(desk, policy, item, back)
    destination, place, set_aside = _where_next(desk, policy, deed, item)
    rows: tuple[Row, ...] = (back, *set_aside)
    if loan is not None:
        rows = (moved(loan, LoanState.RETURNED, deed.at_ms), *rows)
    reply = Returned(
        item.number, item.title, item.author, destination, place, was_on_loan=loan is not None
    )
    return Decision(reply, rows)


def _back_before_it_was_lent_again(
    desk: Desk, policy: Policy, item: Item, back: CheckedIn
) -> Decision:
    """It is out of the library now: no hold can have it, and it is read out where it belongs."""
    rows = with_check_in(desk, back).rows
    closed = any(isinstance(row, Loan) and row.closed_at_ms == back.at_ms for row in rows)
    place = _name_of(policy, item.home_point)
    reply = Returned(
        item.number, item.title, item.author, Destination.DESK, place, was_on_loan=closed
    )
    return Decision(reply, (back, *rows))


def check_in_of(deed: Deed, item: Item) -> CheckedIn:
    """The record of a check-in."""
    return CheckedIn(deed.operation, item.id, deed.station, deed.sequence, deed.at_ms)


def _where_next(
    desk: Desk, policy: Policy, deed: Deed, item: Item
) -> tuple[Destination, str, tuple[Row, ...]]:
    """Where the item goes, what to read out, and the hold that it was set aside for."""
    if item.withdrawn or item.lost:
        return Destination.DESK, "", ()
    if hold := first_claimant(desk.holds_on(item.title_id), item):
        kept = trapped_at(hold, item, deed.point)
        here = hold.pickup_point == deed.point
        destination = Destination.HOLD_SHELF if here else Destination.OTHER_POINT
        return destination, _name_of(policy, hold.pickup_point), (kept,)
    if item.home_point != deed.point:
        return Destination.OTHER_POINT, _name_of(policy, item.home_point), ()
    return Destination.SHELF, item.shelf_mark, ()


def _name_of(policy: Policy, point: str) -> str:
    known = policy.points.get(point)
    return known.name if known else point


def renew(desk: Desk, policy: Policy, deed: Deed, act: Renew) -> Decision:
    """Longer from today on by the rule that the loan was granted by; never shorter."""
    lending = lending_of(desk, policy, act, deed.at_ms)
    if isinstance(lending, RefusalCode):
        return Decision(Refused(lending))
    outcome = renewal_of(lending)
    if isinstance(outcome, RefusalCode):
        return Decision(Refused(outcome))
    return Decision(Renewed(act.item, outcome.due), (outcome,))


def renewal_of(lending: Lending) -> Loan | RefusalCode:
    """The loan as it would run on, or why it may not."""
    loan = lending.loan
    lending = replace(lending, rule=(loan and lending.policy.numbered(loan.rule)) or lending.rule)
    if code := guards.first_refusal(guards.TO_RENEW, lending):
        return code
    if loan is None or lending.rule is None:
        return RefusalCode.NO_RULE
    item, expires = lending.item, lending.patron.expires
    due = due_day(lending.policy, lending.rule, item.home_point, lending.today, expires)
    if due <= loan.due:
        return RefusalCode.TOO_SOON_TO_RENEW
    return replace(loan, due=due, renewals=loan.renewals + 1)


# Every act has its decision: a new act without one fails the test of this table.
DECIDE: dict[type, Callable[[Desk, Policy, Deed, Any], Decision]] = {
    CheckOut: check_out,
    CheckIn: check_in,
    Renew: renew,
    CancelCheckOut: cancel_check_out,
    ReportTag: report_tag,
    ReportTold: report_told,
}
