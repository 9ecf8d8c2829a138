"""Answers questions by reading, beside the writing of the ledger.

Any thread may ask: each has a connection of its own. What the ledger has answered is seen.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace
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
from service.protocol.replies import ItemAnswer, LastMove, LoanLine, PatronAnswer, Refused, Reply

ITEM = Lookup(
    "i.number, t.title, t.author, i.tagged, i.parts,"
    " EXISTS (SELECT 1 FROM loans l WHERE l.item = i.id AND l.state = 'open'),"
    " EXISTS (SELECT 1 FROM attention a WHERE a.item_number = i.number AND a.closed_at_ms IS NULL"
    " AND a.kind IN ('tag-unproved', 'lent-still-secured')),"
    " EXISTS (SELECT 1 FROM stations s WHERE s.reoffer_awaited AND s.enabled)",
    "items i JOIN titles t ON t.id = i.title WHERE i.number {among}",
)
OPEN_SINCE = Lookup(
    "l.opened_at_ms",
    "items i JOIN loans l ON l.item = i.id WHERE l.state = 'open' AND i.number {among}",
)
LAST_LENT = Lookup(
    "c.at_ms, s.name",
    "items i JOIN loans l ON l.item = i.id JOIN claims c ON c.loan = l.id"
    " JOIN stations s ON s.id = c.station"
    " WHERE c.cancelled_at_ms IS NULL AND i.number {among} ORDER BY c.at_ms DESC LIMIT 1",
)
LAST_RETURNED = Lookup(
    "c.at_ms, s.name",
    "items i JOIN check_ins c ON c.item = i.id JOIN stations s ON s.id = c.station"
    " WHERE i.number {among} ORDER BY c.at_ms DESC LIMIT 1",
)
PERSON = Lookup(
    "p.short_name, p.pin_hash",
    "patron_cards k JOIN patrons p ON p.id = k.patron WHERE k.number {among}",
)
Answer = TypeVar("Answer")

POINT = Lookup("point", "stations WHERE id {among}")


@dataclass(frozen=True, slots=True)
class _Own:
    """What one thread asks with."""

    reader: Reader
    policy: CurrentPolicy


class Answers:
    """`engine`: one that reads only. No PIN is checked here: who asks with one has checked it."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = now_ms) -> None:
        self._engine = engine
        self._clock = clock
        self._owned = threading.local()
        self._readers: list[Reader] = []

    def answer(self, station: int, question: AskPatron | AskItem) -> Reply:
        """With a PIN in the question the patron's loans are told."""
        if isinstance(question, AskItem):
            return self._ask(lambda own: _item(own, question))
        return self._ask(lambda own: self._patron(own, station, question))

    def pin_hash_of(self, card: str) -> str | None:
        """What the card's PIN is to be checked against; None without card or PIN."""
        persons = self._ask(lambda own: own.reader.find(PERSON, [card]))
        return next((pin_hash for _, pin_hash in persons), None)

    def close(self) -> None:
        """When nobody asks any more."""
        for reader in self._readers:
            reader.close()

    def _ask(self, question: Callable[[_Own], Answer]) -> Answer:
        """On this thread's connection; one that failed is not used again."""
        try:
            return question(self._own())
        except self._engine.dialect.loaded_dbapi.Error:
            self._owned.it = None
            raise

    def _own(self) -> _Own:
        own: _Own | None = getattr(self._owned, "it", None)
        if own is None:
            reader = Reader(self._engine)
            self._readers.append(reader)
            own = self._owned.it = _Own(reader, CurrentPolicy(reader, self._clock))
        return own

    def _patron(self, own: _Own, station: int, question: AskPatron) -> Reply:
        card = question.patron_card
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

    def _standing(self, own: _Own, desk: Desk, patron: Patron, station: int) -> Standing:
        policy = own.policy.now()
        ((point,),) = own.reader.find(POINT, [station])
        today = today_at(policy, point, self._clock())
        return Standing(patron, desk.open_loans[patron.id], point, policy, today)

    def _account(
        self, own: _Own, desk: Desk, patron: Patron, card: str
    ) -> tuple[LoanLine, ...] | None:
        """The patron's loans, the next one due first; nothing for a card that was lost."""
        if patron.card_state is not CardState.ACTIVE:
            return None
        policy, at_ms = own.policy.now(), self._clock()
        lines = (_line(desk, policy, item, card, at_ms) for item in desk.items.values())
        return tuple(sorted(lines, key=lambda line: (line.due, line.item)))


def _item(own: _Own, question: AskItem) -> Reply:
    for row in own.reader.find(ITEM, [question.item]):
        item, title, author, tagged, parts, lent, listed, waiting = row
        on_loan = None if waiting else bool(lent)
        answer = ItemAnswer(item, title, author, bool(tagged), parts, on_loan, bool(listed))
        return _closely(own, answer) if question.closely else answer
    return Refused(RefusalCode.ITEM_UNKNOWN)


def _closely(own: _Own, answer: ItemAnswer) -> ItemAnswer:
    """Since when it is on loan, and who moved it last; nobody is named."""
    number = [answer.item]
    since = next((at_ms for (at_ms,) in own.reader.find(OPEN_SINCE, number)), None)
    lent = [LastMove("lent", name, at) for at, name in own.reader.find(LAST_LENT, number)]
    back = [LastMove("returned", name, at) for at, name in own.reader.find(LAST_RETURNED, number)]
    last = max([*lent, *back], key=lambda move: move.at_ms, default=None)
    return replace(answer, since_ms=since if answer.on_loan else None, last_move=last)


def _line(desk: Desk, policy: Policy, item: Item, card: str, at_ms: int) -> LoanLine:
    lending = lending_of(desk, policy, Renew(item.number, card), at_ms)
    if isinstance(lending, RefusalCode) or lending.loan is None:
        raise LookupError("a loan of the account is not on the desk")
    renewable = isinstance(renewal_of(lending), Loan)
    return LoanLine(item.number, item.title, item.author, lending.loan.due, renewable)
