"""Enters what was decided before the database was restored (docs/circulation.md, Epochs).

A station offers again what it kept, with the reply that it was given. That reply stands: nothing
is decided again, the act takes its place in the history. What cannot be entered goes to staff.
"""

from msgspec.structs import replace

from service.circulation.decide import check_in_of, claim_of, decide, lending_of, loan_of
from service.circulation.desk import Decision, Desk, Row
from service.circulation.facts import Deed, Line, Loan
from service.circulation.guards import Lending
from service.circulation.history import with_check_in, with_claim
from service.circulation.holds import filled, first_claimant
from service.circulation.rules import Policy
from service.circulation.words import AttentionKind, LoanState
from service.protocol.operations import CheckIn, CheckOut, Renew
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Cancelled, Lent, Noted, OutcomeReply, Renewed, Returned


def enter(desk: Desk, policy: Policy, deed: Deed, given: OutcomeReply) -> Decision:
    """The act with the reply of that time; `deed.at_ms` is when the act was done."""
    return Decision(given, _rows(desk, policy, deed, given))


def _rows(desk: Desk, policy: Policy, deed: Deed, given: OutcomeReply) -> tuple[Row, ...]:
    match deed.act, given:
        case CheckOut() as act, Lent():
            return _lent(desk, policy, deed, act, given)
        case CheckIn() as act, Returned():
            return _returned(desk, deed, act)
        case Renew() as act, Renewed():
            return _renewed(desk, policy, deed, act, given)
        case _, Cancelled() | Noted():
            return decide(desk, policy, deed).rows
        case _:
            return ()  # refused, withdrawn, parked: nothing was done then


def _lent(desk: Desk, policy: Policy, deed: Deed, act: CheckOut, given: Lent) -> tuple[Row, ...]:
    if deed.operation in desk.withdrawn:
        return ()
    lending = lending_of(desk, policy, act, deed.at_ms)
    if isinstance(lending, RefusalCode):
        return (_for_staff(deed, act.item, lending),)
    if lending.rule is None:
        return (_for_staff(deed, act.item, RefusalCode.NO_RULE),)
    loan = replace(loan_of(desk.next_loan, deed, lending), due=given.due)
    history = with_claim(desk, claim_of(deed, loan.id), loan)
    rows = (*history.rows, *_fills(lending, history.rows, deed))
    return (*rows, _for_staff(deed, act.item, "lent twice")) if history.conflict else rows


def _fills(lending: Lending, rows: tuple[Row, ...], deed: Deed) -> tuple[Row, ...]:
    """The patron's own hold, if this check-out still has the item out of the library."""
    hold = first_claimant(lending.holds, lending.item)
    if hold is None or hold.patron != lending.patron.id:
        return ()
    loans = (row for row in rows if isinstance(row, Loan) and row.state is LoanState.OPEN)
    return tuple(filled(hold, loan.id, deed.at_ms) for loan in loans)


def _returned(desk: Desk, deed: Deed, act: CheckIn) -> tuple[Row, ...]:
    item = desk.items.get(act.item)
    if item is None:
        return ()
    back = check_in_of(deed, item)
    return (back, *with_check_in(desk, back).rows)


def _renewed(desk: Desk, policy: Policy, deed: Deed, act: Renew, given: Renewed) -> tuple[Row, ...]:
    lending = lending_of(desk, policy, act, deed.at_ms)
    if isinstance(lending, RefusalCode):
        return (_for_staff(deed, act.item, lending),)
    loan = lending.loan
    if loan is None or loan.patron != lending.patron.id:
        return (_for_staff(deed, act.item, RefusalCode.NOT_ON_LOAN_TO_PATRON),)
    if loan.due >= given.due:
        return ()
    return (replace(loan, due=given.due, renewals=loan.renewals + 1),)


def _for_staff(deed: Deed, item: str, why: str) -> Line:
    kind = AttentionKind.CONFLICT
    return Line(None, kind, item, None, deed.operation, deed.station, str(why), deed.at_ms)
