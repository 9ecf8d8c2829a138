"""CancelCheckOut takes away the claim of one check-out, and nothing else.

A loan without claims is void, whether it was open or closed; with one left it runs from the
earliest. A cancel that comes before its check-out is kept until that comes.
"""

from collections.abc import Collection

from msgspec.structs import replace

from service.circulation.desk import Decision, Desk, Row
from service.circulation.facts import Claim, Deed, Hold, Loan, Withdrawal
from service.circulation.history import without_claim
from service.circulation.holds import queued_again
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
    rows = without_claim(desk, claim, at_ms).rows
    void = {row.id for row in rows if isinstance(row, Loan) and row.state is LoanState.VOID}
    return replace(claim, cancelled_at_ms=at_ms), *rows, *_queue_again(desk, void)


def _queue_again(desk: Desk, void: Collection[int]) -> tuple[Hold, ...]:
    """The holds that void loans had filled, unless their patrons have queued anew meanwhile."""
    return tuple(
        queued_again(hold)
        for hold in desk.holds.values()
        if hold.filled_by in void and not _queued_anew(desk, hold)
    )


def _queued_anew(desk: Desk, hold: Hold) -> bool:
    return any(other.patron == hold.patron for other in desk.holds_on(hold.title))
