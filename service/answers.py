"""Answers questions by reading, beside the writing of the ledger.

Any thread may ask: each has a connection of its own. What the ledger has answered is seen.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from service.circulation.decide import lending_of, renewal_of
from service.circulation.desk import Desk
from service.circulation.due_dates import today_at
from service.circulation.facts import Item, Loan, Patron
from service.circulation.rules import Policy
from service.circulation.standing import Standing
from service.circulation.words import CardState
from service.clock import now_ms
from service.database.connection import Lookup, Reader
from service.loading import Layout
from service.policy import CurrentPolicy
from service.protocol.operations import Renew
from service.protocol.questions import AskItem, AskPatron
from service.protocol.refusals import RefusalCode
from service.protocol.replies import ItemAnswer, LoanLine, PatronAnswer, Refused, Reply

ITEM = Lookup(
    "i.number, t.title, t.author, i.tagged, i.parts,"
    " EXISTS (SELECT 1 FROM loans l WHERE l.item = i.id AND l.state = 'open'),"
    " EXISTS (SELECT 1 FROM attention a WHERE a.item_number = i.number AND a.closed_at_ms IS NULL"
    " AND a.kind IN ('tag-unproved', 'lent-still-secured')),"
    " EXISTS (SELECT 1 FROM stations s WHERE s.reoffer_awaited AND s.enabled)",
    "items i JOIN titles t ON t.id = i.title WHERE i.number {among}",
)
PERSON = Lookup(
    "p.short_name, p.pin_hash",
    "patron_cards k JOIN patrons p ON p.id = k.patron WHERE k.number {among}",
)
POINT = Lookup("point", "stations WHERE id {among}")


class Answers:
    """`engine`: one that reads only. No PIN is checked here: who asks with one has checked it."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = now_ms) -> None:
        self._engine = engine
        self._clock = clock
        self._own = threading.local()

    def answer(self, station: int, question: AskPatron | AskItem) -> Reply:
        """With a PIN in the question the patron's loans are told."""
        if isinstance(question, AskItem):
            return self._item(question.item)
        return self._patron(station, question)

    def pin_hash_of(self, card: str) -> str | None:
        """What the card's PIN is to be checked against; None without card or PIN."""
        return next((pin_hash for _, pin_hash in self._reader().find(PERSON, [card])), None)

    def _item(self, number: str) -> Reply:
        for row in self._reader().find(ITEM, [number]):
            item, title, author, tagged, parts, lent, listed, waiting = row
            on_loan = None if waiting else bool(lent)
            return ItemAnswer(item, title, author, bool(tagged), parts, on_loan, bool(listed))
        return Refused(RefusalCode.ITEM_UNKNOWN)

    def _patron(self, station: int, question: AskPatron) -> Reply:
        own, card = self._mine(), question.patron_card
        desk = Layout(own.reader, 0).lay_account(card)
        patron = desk.patrons.get(card)
        person = next(iter(own.reader.find(PERSON, [card])), None)
        if patron is None or person is None:
            return Refused(RefusalCode.PATRON_UNKNOWN)
        short_name, pin_hash = person
        if question.pin is not None and pin_hash is None:
            return Refused(RefusalCode.PIN_NOT_SET)
        standing = self._standing(own, desk, patron, station)
        return PatronAnswer(
            short_name,
            standing.hindrance,
            sum(standing.open_loans.values()),
            standing.may_borrow,
            None if question.pin is None else self._account(own, desk, patron, card),
        )

    def _standing(self, own: "_Own", desk: Desk, patron: Patron, station: int) -> Standing:
        policy = own.policy.now()
        ((point,),) = own.reader.find(POINT, [station])
        today = today_at(policy, point, self._clock())
        return Standing(patron, desk.open_loans[patron.id], point, policy, today)

    def _account(
        self, own: "_Own", desk: Desk, patron: Patron, card: str
    ) -> tuple[LoanLine, ...] | None:
        """The patron's loans, the next one due first; nothing for a card that was lost."""
        if patron.card_state is not CardState.ACTIVE:
            return None
        policy = own.policy.now()
        lines = (self._line(desk, policy, item, card) for item in desk.items.values())
        return tuple(sorted(lines, key=lambda line: (line.due, line.item)))

    def _line(self, desk: Desk, policy: Policy, item: Item, card: str) -> LoanLine:
        lending = lending_of(desk, policy, Renew(item.number, card), self._clock())
        if isinstance(lending, RefusalCode) or lending.loan is None:
            raise LookupError("a loan of the account is not on the desk")
        renewable = isinstance(renewal_of(lending), Loan)
        return LoanLine(item.number, item.title, item.author, lending.loan.due, renewable)

    def _reader(self) -> Reader:
        return self._mine().reader

    def _mine(self) -> "_Own":
        """This thread's own connection and what it read of the policy."""
        if not hasattr(self._own, "it"):
            reader = Reader(self._engine)
            self._own.it = _Own(reader, CurrentPolicy(reader, self._clock))
        own: _Own = self._own.it
        return own


@dataclass(frozen=True, slots=True)
class _Own:
    reader: Reader
    policy: CurrentPolicy
