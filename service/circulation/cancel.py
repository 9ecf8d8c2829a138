"""CancelCheckOut takes away the claim of one check-out, and nothing else.

A loan without claims is void, whether it was open or closed; with one left it runs from the
earliest. A cancel that comes before its check-out is kept until that comes.
"""

from msgspec.structs import replace

from service.circulation.desk import Decision, Desk, Row
from service.circulation.facts import Claim, Deed, Hold, Withdrawal
from service.circulation.holds import queued_again
from service.circulation.loans import moved
from service.circulation.rules import Policy
from service.circulation.words import LoanState
from service.protocol.operations import CancelCheckOut
from service.protocol.replies import Cancelled


def cancel_check_out(desk: Desk, _policy: Policy, deed: Deed, act: CancelCheckOut) -> Decision:
    """Always answered Cancelled: whatever the check-out was, it counts no longer."""
    reply = Cancelled(act.of)
    claim = desk.claims.get(act.of)
    if claim is not None:
        return Decision(reply, _without(desk, claim, deed.at_ms))
    if act.of in desk.owners or act.of in desk.withdrawn:
        return Decision(reply)
    return Decision(reply, (Withdrawal(act.of, deed.station, deed.at_ms),))


def _without(desk: Desk, claim: Claim, at_ms: int) -> tuple[Row, ...]:
    """The rows as they stand once this claim is gone."""
    if claim.cancelled_at_ms is not None:
        return ()
    gone, loan = replace(claim, cancelled_at_ms=at_ms), desk.loans[claim.loan]
    left = [other for other in desk.claims_on(loan.id) if other.operation != claim.operation]
    if left:
        return gone, replace(loan, opened_at_ms=left[0].at_ms)
    return gone, moved(loan, LoanState.VOID, at_ms), *_queues_again(desk, loan.id)


def _queues_again(desk: Desk, loan: int) -> tuple[Hold, ...]:
    """The hold that the void loan had filled, unless its patron has queued anew meanwhile."""
    for hold in desk.holds.values():
        if hold.filled_by == loan and not _queued_anew(desk, hold):
            return (queued_again(hold),)
    return ()


def _queued_anew(desk: Desk, hold: Hold) -> bool:
    return any(other.patron == hold.patron for other in desk.holds_on(hold.title))
