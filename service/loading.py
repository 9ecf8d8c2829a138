"""Lays the facts of one set of operations on the desk: a few queries for all of them together."""

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

from service.circulation.desk import Desk
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
from service.circulation.words import AttentionKind, CardState, HoldState, LoanState
from service.database.connection import Keys, Lookup, Reader
from service.protocol.operations import (
    CancelCheckOut,
    CheckIn,
    CheckOut,
    Operation,
    Renew,
    ReportTag,
    ReportTold,
)

LOAN = (
    "l.id, l.item, l.patron, l.state, l.opened_at_ms, CAST(l.due AS TEXT), l.closed_at_ms,"
    " l.renewals, l.rule, l.category, l.item_type, l.point"
)
LOAN_WIDTH = 12
ITEM = (
    "i.id, i.number, i.title, t.title, t.author, i.item_type, i.home_point, i.shelf_mark,"
    " i.not_for_loan, i.withdrawn, i.lost"
)
ITEM_WIDTH = 11
PATRON = (
    "k.number, p.id, p.category, g.max_loans, CAST(p.expires AS TEXT), p.may_not_borrow,"
    " p.may_not_renew, k.state"
)
CLAIM = "operation, loan, station, sequence, at_ms, cancelled_at_ms"
CHECK_IN = "operation, item, station, sequence, at_ms"
HOLD = (
    "id, title, item, patron, pickup_point, state, placed_at_ms, trapped, filled_by, closed_at_ms"
)
LINE = (
    "id, kind, item_number, uid, operation, station, detail, opened_at_ms, closed_at_ms, closed_by"
)

WITH_OPEN_LOAN = (
    "items i JOIN titles t ON t.id = i.title"
    " LEFT JOIN loans l ON l.item = i.id AND l.state = 'open'"
)
ITEMS = Lookup(f"{ITEM}, {LOAN}", WITH_OPEN_LOAN + " WHERE i.number {among}")
ITEMS_BY_ID = Lookup(f"{ITEM}, {LOAN}", WITH_OPEN_LOAN + " WHERE i.id {among}")
PATRONS = Lookup(
    PATRON,
    "patron_cards k JOIN patrons p ON p.id = k.patron"
    " JOIN patron_categories g ON g.code = p.category WHERE k.number {among}",
)
OPEN_LOANS = Lookup(
    "patron, point, item_type, count(*)",
    "loans WHERE state = 'open' AND patron {among} GROUP BY patron, point, item_type",
)
BORROWED = Lookup("item", "loans WHERE state = 'open' AND patron {among}")
HOLDS = Lookup(HOLD, "holds WHERE closed_at_ms IS NULL AND title {among}")
HOLDS_FILLED = Lookup(HOLD, "holds WHERE filled_by {among}")
WITHDRAWN = Lookup("operation, station, cancelled_at_ms", "withdrawn WHERE operation {among}")
CLAIMED_LOANS = Lookup("loan", "claims WHERE operation {among}")
CLAIMED_ITEMS = Lookup("l.item", "claims c JOIN loans l ON l.id = c.loan WHERE c.operation {among}")
LOANS = Lookup(LOAN, "loans l WHERE l.id {among}")
LOANS_OF_ITEMS = Lookup(LOAN, "loans l WHERE l.item {among}")
CLAIMS_ON = Lookup(CLAIM, "claims WHERE loan {among}")
CHECK_INS = Lookup(CHECK_IN, "check_ins WHERE operation {among}")
CHECK_INS_OF_ITEMS = Lookup(CHECK_IN, "check_ins WHERE item {among}")
LINES_OF_ITEMS = Lookup(LINE, "attention WHERE closed_at_ms IS NULL AND item_number {among}")
LINES_OF_OPERATIONS = Lookup(LINE, "attention WHERE closed_at_ms IS NULL AND operation {among}")

NAMING_ITEM = (CheckOut, CheckIn, Renew)
NAMING_PATRON = (CheckOut, Renew)
CARD_STATES = {state.value: state for state in CardState}
LOAN_STATES = {state.value: state for state in LoanState}


class Layout:
    """Fills one desk. Owner: the thread of its reader."""

    def __init__(self, reader: Reader, next_loan: int) -> None:
        self._reader = reader
        self.desk = Desk(next_loan)

    def lay(self, operations: Sequence[Operation], late: Sequence[Operation]) -> Desk:
        """`late`: those among them that take their place in the history of their item."""
        acts = [operation.act for operation in operations]
        self._items({act.item for act in acts if isinstance(act, NAMING_ITEM)}, ITEMS)
        self._patrons({act.patron_card for act in acts if isinstance(act, NAMING_PATRON)})
        self._holds()
        outs = {each.operation for each in operations if isinstance(each.act, CheckOut)}
        self.desk.lay(Withdrawal(*row) for row in self._reader.find(WITHDRAWN, outs))
        cancelled = {act.of for act in acts if isinstance(act, CancelCheckOut)}
        at_once = [each for each in operations if each.operation in cancelled]
        self._retold([*late, *at_once])
        self._cancelled(cancelled)
        self._told({act.of for act in acts if isinstance(act, ReportTold)})
        self._lines(LINES_OF_ITEMS, {act.item for act in acts if isinstance(act, ReportTag)})
        return self.desk

    def lay_account(self, card: str) -> Desk:
        """A patron with all open loans, and what bears on renewing them."""
        self._patrons({card})
        patrons = {patron.id for patron in self.desk.patrons.values()}
        self._items({item for (item,) in self._reader.find(BORROWED, patrons)}, ITEMS_BY_ID)
        self._holds()
        return self.desk

    def _items(self, keys: Keys, lookup: Lookup) -> None:
        for row in self._reader.find(lookup, keys):
            self.desk.items[row[1]] = Item(*row[:ITEM_WIDTH])
            if row[ITEM_WIDTH] is not None:
                self.desk.lay((loan_from(row[ITEM_WIDTH:]),))

    def _patrons(self, cards: Keys) -> None:
        for row in self._reader.find(PATRONS, cards):
            self.desk.patrons[row[0]] = patron_from(row)
        known = {patron.id for patron in self.desk.patrons.values()}
        for patron, point, item_type, count in self._reader.find(OPEN_LOANS, known):
            self.desk.open_loans[patron][point, item_type] = count

    def _holds(self) -> None:
        self._holds_on({item.title_id for item in self.desk.items.values()})

    def _holds_on(self, titles: Keys) -> None:
        self.desk.lay(hold_from(row) for row in self._reader.find(HOLDS, titles))

    def _retold(self, operations: Sequence[Operation]) -> None:
        """The histories of what they name: a check-out that is cancelled in its own set has no
        claim in the database yet, and others may have one.
        """
        named = {each.act.item for each in operations if isinstance(each.act, NAMING_ITEM)}
        self._histories({item.id for number, item in self.desk.items.items() if number in named})

    def _cancelled(self, operations: Keys) -> None:
        """The histories of their items, and the holds that their loans ended."""
        self._histories({item for (item,) in self._reader.find(CLAIMED_ITEMS, operations)})
        filled = self._reader.find(HOLDS_FILLED, set(self.desk.loans) if operations else ())
        self.desk.lay(hold_from(row) for row in filled)
        self._holds_on({hold.title for hold in self.desk.holds.values()} if operations else ())
        self.desk.lay(Withdrawal(*row) for row in self._reader.find(WITHDRAWN, operations))

    def _loans(self, lookup: Lookup, keys: Keys) -> None:
        loans = [loan_from(row) for row in self._reader.find(lookup, keys)]
        self.desk.lay(loans)
        numbers = {loan.id for loan in loans}
        self.desk.lay(Claim(*row) for row in self._reader.find(CLAIMS_ON, numbers))

    def _told(self, operations: Keys) -> None:
        """What these operations did, to which item, and what the list says of them."""
        if not operations:
            return
        self._loans(LOANS, {loan for (loan,) in self._reader.find(CLAIMED_LOANS, operations)})
        self.desk.lay(CheckedIn(*row) for row in self._reader.find(CHECK_INS, operations))
        self._lines(LINES_OF_OPERATIONS, {*operations, *self.desk.claims})
        claimed = (self.desk.loans[claim.loan].item for claim in self.desk.claims.values())
        returned = (check_in.item for check_in in self.desk.check_ins.values())
        self._items(set(chain(claimed, returned)), ITEMS_BY_ID)

    def _lines(self, lookup: Lookup, keys: Keys) -> None:
        self.desk.lay(line_from(row) for row in self._reader.find(lookup, keys))

    def _histories(self, items: Keys) -> None:
        """All that ever happened to these items."""
        self._loans(LOANS_OF_ITEMS, items)
        self.desk.lay(CheckedIn(*row) for row in self._reader.find(CHECK_INS_OF_ITEMS, items))


def loan_from(row: Sequence[Any]) -> Loan:
    """From the columns of LOAN."""
    number, item, patron, state, opened_at, due, *others = row
    due_day = date.fromisoformat(due)
    return Loan(number, item, patron, LOAN_STATES[state], opened_at, due_day, *others)


def patron_from(row: Sequence[Any]) -> Patron:
    """From the columns of PATRON."""
    _card, number, category, max_loans, expires, not_borrow, not_renew, state = row
    last_day = date.fromisoformat(expires)
    return Patron(number, category, max_loans, last_day, not_borrow, not_renew, CARD_STATES[state])


def hold_from(row: Sequence[Any]) -> Hold:
    """From the columns of HOLD."""
    number, title, item, patron, point, state, *others = row
    return Hold(number, title, item, patron, point, HoldState(state), *others)


def line_from(row: Sequence[Any]) -> Line:
    """From the columns of LINE."""
    return Line(row[0], AttentionKind(row[1]), *row[2:])
