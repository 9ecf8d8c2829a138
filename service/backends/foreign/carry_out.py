"""Carries one act out in a foreign system, so that it is done once although nobody counts there.

The system is looked at before anything is sent: what is so already is not done again. `doubtful`
marks an act that was sent before and brought no answer.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct

from service.backends.foreign.library_system import ItemSeen, LibrarySystem, LoanSeen
from service.protocol.operations import CancelCheckOut, CheckIn, CheckOut, Renew
from service.protocol.refusals import RefusalCode
from service.protocol.replies import (
    Cancelled,
    Destination,
    Lent,
    OutcomeReply,
    Refused,
    Renewed,
    Returned,
)


class Claimed(Struct, frozen=True):
    """The check-out that a cancel takes back. `is_last`: no other claim is left on the item."""

    item: str
    patron_card: str
    is_last: bool


class Call(Struct, frozen=True):
    """One act for the system. `usual_due`: told where the system tells no date."""

    operation: str
    act: CheckOut | CheckIn | Renew | CancelCheckOut
    point: str
    usual_due: date
    doubtful: bool
    claimed: Claimed | None = None


def carry_out(system: LibrarySystem, call: Call) -> OutcomeReply:
    """The outcome; raises SystemSilent when it is not known."""
    return CARRY_OUT[type(call.act)](system, call, call.act)


def _check_out(system: LibrarySystem, call: Call, act: CheckOut) -> OutcomeReply:
    item = system.item(act.item)
    if item is None:
        return Refused(RefusalCode.ITEM_UNKNOWN)
    loan = system.loan_of(act.item)
    if loan is not None and loan.patron_card == act.patron_card:
        return _lent(call, act.item, item, loan, already_yours=not call.doubtful)
    if code := system.check_out(act.item, act.patron_card):
        return Refused(code)
    return _lent(call, act.item, item, system.loan_of(act.item), already_yours=False)


def _lent(
    call: Call, number: str, item: ItemSeen, loan: LoanSeen | None, *, already_yours: bool
) -> Lent:
    due = loan.due if loan is not None and loan.due is not None else call.usual_due
    return Lent(number, item.title, item.author, due, already_yours)


def _check_in(system: LibrarySystem, call: Call, act: CheckIn) -> OutcomeReply:
    """Sent also when nothing is lent: holds and transfers hang on it."""
    item = system.item(act.item)
    if item is None:
        return Returned(act.item, "", "", Destination.DESK, "", was_on_loan=False)
    was_on_loan = system.loan_of(act.item) is not None
    placed = system.check_in(act.item, call.point)
    return Returned(
        act.item,
        item.title,
        item.author,
        placed.destination,
        placed.place,
        was_on_loan=was_on_loan or call.doubtful,
    )


def _renew(system: LibrarySystem, call: Call, act: Renew) -> OutcomeReply:
    """Never sent twice: a second renewal would cost the patron one. The account tells the date."""
    if call.doubtful:
        return Refused(RefusalCode.BACKEND_SILENT)
    loan = system.loan_of(act.item)
    if loan is None or loan.patron_card != act.patron_card:
        return Refused(RefusalCode.NOT_ON_LOAN_TO_PATRON)
    if code := system.renew(act.item, act.patron_card):
        return Refused(code)
    renewed = system.loan_of(act.item)
    due = renewed.due if renewed is not None and renewed.due is not None else call.usual_due
    return Renewed(act.item, due)


def _cancel(system: LibrarySystem, call: Call, act: CancelCheckOut) -> OutcomeReply:
    """No system can undo: the loan is closed, if it is still this patron's and nobody else's."""
    claimed = call.claimed
    if claimed is not None and claimed.is_last:
        loan = system.loan_of(claimed.item)
        if loan is not None and loan.patron_card == claimed.patron_card:
            system.check_in(claimed.item, call.point)
    return Cancelled(act.of)


CARRY_OUT: dict[type, Callable[[LibrarySystem, Call, Any], OutcomeReply]] = {
    CheckOut: _check_out,
    CheckIn: _check_in,
    Renew: _renew,
    CancelCheckOut: _cancel,
}
