"""How a loan moves from state to state."""

from msgspec.structs import replace

from service.circulation.facts import Loan
from service.circulation.words import LoanState

# from → to; what does not stand here cannot happen.
TRANSITIONS = frozenset(
    {
        (LoanState.OPEN, LoanState.RETURNED),
        (LoanState.OPEN, LoanState.LOST),
        (LoanState.OPEN, LoanState.CLAIMED_RETURNED),
        (LoanState.OPEN, LoanState.VOID),
        (LoanState.LOST, LoanState.RETURNED),
        (LoanState.CLAIMED_RETURNED, LoanState.RETURNED),
        (LoanState.RETURNED, LoanState.VOID),
        (LoanState.LOST, LoanState.VOID),
        (LoanState.CLAIMED_RETURNED, LoanState.VOID),
    }
)


class WrongTransition(Exception):
    """A loan cannot go this way: a fault of the program."""


def moved(loan: Loan, state: LoanState, at_ms: int) -> Loan:
    """The loan in its next state. One that was closed before keeps its time of closing."""
    if (loan.state, state) not in TRANSITIONS:
        raise WrongTransition(f"loan {loan.id} from {loan.state} to {state}")
    closed_at = at_ms if loan.closed_at_ms is None else loan.closed_at_ms
    return replace(loan, state=state, closed_at_ms=closed_at)
