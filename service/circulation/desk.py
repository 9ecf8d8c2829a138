"""The desk: facts laid out for one set of operations, and the rows that decisions change.

Decisions are taken one after the other; each sees what the ones before it changed. Owner: the
thread that decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from msgspec import Struct

from service.circulation.facts import (
    CheckedIn,
    Claim,
    Hold,
    Item,
    Line,
    Loan,
    Patron,
    Withdrawal,
)
from service.circulation.holds import in_queue
from service.circulation.words import LoanState
from service.protocol.replies import OutcomeReply

Row = Loan | Claim | CheckedIn | Hold | Withdrawal | Line


class Decision(Struct, frozen=True):
    """What is answered, and the rows as they shall stand. By itself it changes nothing."""

    reply: OutcomeReply
    rows: tuple[Row, ...] = ()


class Desk:
    """Facts by the names that operations use; `changed` holds what is to be written, by key.

    `open_loans`: patron → open loans by (home point, item type) of their items.
    `owners`: operation → the station that it came from, of those the ledger knows.
    """

    def __init__(self, next_loan: int) -> None:
        self.next_loan = next_loan
        self.items: dict[str, Item] = {}
        self.patrons: dict[str, Patron] = {}
        self.loans: dict[int, Loan] = {}
        self.open_loans: defaultdict[int, dict[tuple[str, str], int]] = defaultdict(dict)
        self.claims: dict[str, Claim] = {}
        self.check_ins: dict[str, CheckedIn] = {}
        self.holds: dict[int, Hold] = {}
        self.withdrawn: dict[str, Withdrawal] = {}
        self.lines: dict[object, Line] = {}
        self.owners: dict[str, int] = {}
        self.changed: defaultdict[type[Row], dict[object, Any]] = defaultdict(dict)
        self._open_loan: dict[int, int] = {}
        self._holds_on: defaultdict[int, set[int]] = defaultdict(set)

    def lay(self, rows: Iterable[Row]) -> None:
        """Rows as they stand in the database; `open_loans` is counted there."""
        for row in rows:
            self._PLACE[type(row)](self, row)

    def take(self, decision: Decision) -> None:
        """The rows of a decision become facts for the next one, and are to be written."""
        for row in decision.rows:
            if isinstance(row, Loan):
                self._recount(row)
            self.changed[type(row)][self._PLACE[type(row)](self, row)] = row

    def open_loan(self, item: int) -> Loan | None:
        """The loan that has this item out of the library."""
        number = self._open_loan.get(item)
        return None if number is None else self.loans[number]

    def number_of(self, item: int) -> str | None:
        """The accession number of an item on the desk."""
        return next((known.number for known in self.items.values() if known.id == item), None)

    def loans_of(self, item: int) -> list[Loan]:
        """Every loan of the item that lies on the desk."""
        return [loan for loan in self.loans.values() if loan.item == item]

    def claims_on(self, loan: int) -> list[Claim]:
        """The loan's claims that were not cancelled, earliest first."""
        standing = (
            claim
            for claim in self.claims.values()
            if claim.loan == loan and claim.cancelled_at_ms is None
        )
        return sorted(standing, key=lambda claim: (claim.at_ms, claim.station, claim.sequence))

    def holds_on(self, title: int) -> list[Hold]:
        """The open holds on a title, oldest first."""
        numbers = self._holds_on.get(title)
        if not numbers:
            return []
        holds = (self.holds[number] for number in numbers)
        return in_queue(hold for hold in holds if hold.closed_at_ms is None)

    def _recount(self, loan: Loan) -> None:
        before = self.loans.get(loan.id)
        if before is not None and before.state is LoanState.OPEN:
            self._count(before, -1)
            del self._open_loan[before.item]
        if loan.state is LoanState.OPEN:
            self._count(loan, 1)

    def _count(self, loan: Loan, change: int) -> None:
        if loan.patron is not None:
            counts, kind = self.open_loans[loan.patron], (loan.point, loan.item_type)
            counts[kind] = counts.get(kind, 0) + change

    def _place_loan(self, loan: Loan) -> object:
        self.loans[loan.id] = loan
        self.next_loan = max(self.next_loan, loan.id + 1)
        if loan.state is LoanState.OPEN:
            self._open_loan[loan.item] = loan.id
        return loan.id

    def _place_claim(self, claim: Claim) -> object:
        self.claims[claim.operation] = claim
        return claim.operation

    def _place_check_in(self, check_in: CheckedIn) -> object:
        self.check_ins[check_in.operation] = check_in
        return check_in.operation

    def _place_hold(self, hold: Hold) -> object:
        self.holds[hold.id] = hold
        self._holds_on[hold.title].add(hold.id)
        return hold.id

    def _place_withdrawal(self, withdrawal: Withdrawal) -> object:
        self.withdrawn[withdrawal.operation] = withdrawal
        return withdrawal.operation

    def _place_line(self, line: Line) -> object:
        unwritten = (line.kind, line.item_number, line.uid, line.operation, line.opened_at_ms)
        key = unwritten if line.id is None else line.id
        self.lines[key] = line
        return key

    _PLACE: ClassVar[dict[type[Row], Callable[..., object]]] = {
        Loan: _place_loan,
        Claim: _place_claim,
        CheckedIn: _place_check_in,
        Hold: _place_hold,
        Withdrawal: _place_withdrawal,
        Line: _place_line,
    }
