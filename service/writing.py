"""Writes what a set of decisions changed: one statement for all rows of a table."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import astuple

from service.circulation.desk import Desk
from service.circulation.facts import CheckedIn, Claim, Hold, Line, Loan, Withdrawal
from service.circulation.words import LoanState
from service.database import models
from service.database.connection import Keep, Writer


class Stored(Struct, frozen=True, gc=False):
    """An applied operation with the reply that it was given."""

    operation: str
    station: int
    sequence: int
    digest: bytes
    reply: bytes
    applied_at_ms: int


def _of_loan(loan: Loan) -> tuple[object, ...]:
    return (
        loan.id,
        loan.item,
        loan.patron,
        loan.state.value,
        loan.opened_at_ms,
        loan.due.isoformat(),
        loan.closed_at_ms,
        loan.renewals,
        loan.rule,
        loan.category,
        loan.item_type,
        loan.point,
    )


def _of_hold(hold: Hold) -> tuple[object, ...]:
    return (*astuple(hold)[:5], hold.state.value, *astuple(hold)[6:])


def _of_line(line: Line) -> tuple[object, ...]:
    """Without its number. PostgreSQL takes no NUL, and a station may report any text."""
    number = line.item_number and line.item_number.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return (line.kind.value, number, *astuple(line)[3:])


def _names(kind: type[Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


LOANS = Keep(models.loans, _names(Loan), _of_loan, key="id")
CLAIMS = Keep(models.claims, _names(Claim), astuple, key="operation")
CHECK_INS = Keep(models.check_ins, _names(CheckedIn), astuple)
HOLDS = Keep(models.holds, _names(Hold), _of_hold, key="id")
WITHDRAWN = Keep(models.withdrawn, _names(Withdrawal), astuple)
NEW_LINES = Keep(models.attention, _names(Line)[1:], _of_line)
OLD_LINES = Keep(models.attention, _names(Line), lambda line: (line.id, *_of_line(line)), key="id")
OPERATIONS = Keep(models.operations, _names(Stored), astuple)


def write(writer: Writer, desk: Desk, stored: Iterable[Stored]) -> None:
    """All changes of the desk and the log of the operations that made them."""
    changed = desk.changed
    # Closed loans first: an item has one open loan at any moment.
    loans = sorted(changed[Loan].values(), key=lambda loan: loan.state is LoanState.OPEN)
    writer.keep(LOANS, loans)
    writer.keep(CLAIMS, changed[Claim].values())
    writer.keep(CHECK_INS, changed[CheckedIn].values())
    writer.keep(HOLDS, changed[Hold].values())
    writer.keep(WITHDRAWN, changed[Withdrawal].values())
    lines = changed[Line].values()
    writer.keep(NEW_LINES, (line for line in lines if line.id is None))
    writer.keep(OLD_LINES, (line for line in lines if line.id is not None))
    writer.keep(OPERATIONS, stored)
