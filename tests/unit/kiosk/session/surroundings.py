"""What stands around a session, small and hostile: pad and tags, service and link, outbox rows.

What the session wants is checked when it wants it; what must hold between is in must_hold.py.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec.structs import replace

from drivers.uid import Uid
from kiosk.outbox.records import NO_TAG
from kiosk.recognition import UNREADABLE, TagKind, TagReading
from kiosk.session import effects, events
from kiosk.session.events import Ref, WriteFailure
from kiosk.session.states import Farewell, Idle, SelfCheck
from kiosk.views import Hindrance, View
from service.protocol.operations import CheckIn, CheckOut, Renew
from service.protocol.replies import (
    ItemAnswer,
    Lent,
    LoanLine,
    OutcomeReply,
    PatronAnswer,
    Refused,
    Renewed,
)
from tests.unit.kiosk.session.world import (
    CARD,
    KNOWN,
    OTHER_CARD,
    TODAY,
    World,
    book,
    lent,
    returned,
    uid,
)

Act = CheckOut | CheckIn | Renew

READINGS = {
    uid(1): book(1),
    uid(2): book(2),
    uid(3): book(3, 1, 2),
    uid(4): book(3, 2, 2),
    uid(5): book(1),  # an old tag under the new one of book 1
    uid(6): TagReading(TagKind.PATRON_CARD, CARD),
    uid(7): TagReading(TagKind.PATRON_CARD, OTHER_CARD),
    uid(8): TagReading(TagKind.FOREIGN, "TK.00002"),
    uid(9): TagReading(TagKind.BLANK),
}
UNTAGGED = "TK.00011"
LOANS = tuple(
    LoanLine(item, "Mùa mận", "Mộc Khê", TODAY, renewable=True) for item in ("TK.00001", "TK.00009")
)
HOPELESS = frozenset({WriteFailure.LOCKED, WriteFailure.NOT_WRITTEN})


@dataclass
class Try:
    """One operation. `gone`: dropped or cancelled. `settled`: nobody waits for it any more."""

    act: Act
    reply: OutcomeReply | None = None
    gone: bool = False
    settled: bool = False


@dataclass
class Surroundings:
    """Everything waits here until somebody lets it happen, in whatever order."""

    world: World = field(default_factory=World)
    lying: set[Uid] = field(default_factory=set)
    felt: set[Uid] = field(default_factory=set)
    tries: dict[Ref, Try] = field(default_factory=dict)
    orders: deque[effects.WriteSecurity] = field(default_factory=deque)
    reports: deque[events.SecurityProved | events.SecurityFailed] = field(default_factory=deque)
    reads: deque[Uid] = field(default_factory=deque)
    cards: deque[effects.AskForPatron] = field(default_factory=deque)
    items: deque[str] = field(default_factory=deque)
    proved: set[tuple[Ref, Uid]] = field(default_factory=set)
    noted: set[tuple[Ref, Uid]] = field(default_factory=set)
    hopeless: set[tuple[Ref, Uid]] = field(default_factory=set)
    shown: View | None = None

    @property
    def session(self) -> SelfCheck:
        return self.world.session

    def has(self, hindrance: Hindrance) -> bool:
        return hindrance in self.session.hindrances

    def hear(self, event: events.Event) -> list[effects.Effect]:
        """One event, and whatever it makes the session want."""
        wanted = self.world.hear(event)
        for effect in wanted:
            self._bring_about(effect)
        return wanted

    def hear_in_vain(self, event: events.Event) -> None:
        """Nothing may come of it; at most it shows that somebody is there."""
        before = self.session
        assert self.hear(event) == [], f"{event} of a visit that is over, or once more"
        assert _timeless(self.session) == _timeless(before)

    def hear_on_a_full_disk(self, event: events.Event) -> None:
        """The step cannot be written: it has not happened."""
        before = self.session
        self.world.hear(event)
        self.world.session = before
        self.hear(events.StoreRefused())

    def hinder(self, hindrance: Hindrance, *, gone: bool = False) -> None:
        known = self.session.hindrances
        self.hear(events.HindrancesChanged(known - {hindrance} if gone else known | {hindrance}))

    def lose_link(self) -> None:
        """What is undecided is told; a check-out is cancelled, the others wait for the link."""
        self.hinder(Hindrance.LINK)
        for ref in self.awaited():
            self.tries[ref].gone = isinstance(self.tries[ref].act, CheckOut)
            self.hear(events.NotDecided(ref))

    def look(self) -> None:
        """The pad tells what has changed."""
        lifted, laid = sorted(self.felt - self.lying), sorted(self.lying - self.felt)
        self.felt = set(self.lying)
        if lifted:
            self.hear(events.TagsRemoved(tuple(lifted)))
        if laid:
            self.hear(events.TagsPlaced(tuple(laid)))

    def lose_pad(self) -> None:
        """Every order has failed, and nothing can be said to lie there."""
        while self.orders or self.reports:
            lost, self.orders = self.orders, deque()
            why = WriteFailure.PAD_LOST
            self.reports += (events.SecurityFailed(each.ref, each.uid, why) for each in lost)
            self.report()
        while self.reads:
            self.hear(events.TagRead(self.reads.popleft(), UNREADABLE))
        felt, self.felt = sorted(self.felt), set()
        self.hear(events.TagsRemoved(tuple(felt)))
        self.hinder(Hindrance.PAD)

    def read(self) -> None:
        """The pad reads the next memory that was asked for."""
        tag = self.reads.popleft()
        self.hear(events.TagRead(tag, READINGS[tag] if tag in self.lying else UNREADABLE))

    def write(self, failure: WriteFailure | None) -> None:
        """The pad carries out its next order; what it reports waits."""
        order = self.orders.popleft()
        why = failure if order.uid in self.lying else WriteFailure.LEFT
        if why is None:
            self.reports.append(events.SecurityProved(order.ref, order.uid))
        else:
            self.reports.append(events.SecurityFailed(order.ref, order.uid, why))

    def report(self) -> None:
        """The next thing that the pad did reaches the session."""
        event = self.reports.popleft()
        tag = event.ref, event.uid
        if isinstance(event, events.SecurityProved):
            self.proved.add(tag)
        elif event.why in HOPELESS:
            self.hopeless.add(tag)
        self._tell(event.ref, event)

    def answer(self, ref: Ref, reply: OutcomeReply) -> None:
        self.tries[ref].reply = reply
        self._tell(ref, events.Answered(ref, reply))

    def answer_card(self, ask: effects.AskForPatron, reply: PatronAnswer | Refused | None) -> None:
        self.cards.remove(ask)
        if isinstance(reply, PatronAnswer) and ask.pin is not None:
            reply = PatronAnswer("V. A. MẪU", None, len(LOANS), 5, LOANS)
        self.hear(events.PatronAnswered(ask.ask, reply))

    def answer_item(self, reply: ItemAnswer | Refused | None) -> None:
        self.hear(events.ItemAnswered(self.items.popleft(), reply))

    def awaited(self) -> list[Ref]:
        """Tries of this visit to which an answer would be told."""
        return [ref for ref, each in self.tries.items() if each.reply is None and self._lives(ref)]

    def nobody_waits_for(self) -> list[Ref]:
        """Tries without an answer whose visit is over, or that were cancelled."""
        silent = [ref for ref, each in self.tries.items() if each.reply is None]
        return [ref for ref in silent if not self._lives(ref)]

    def answered(self) -> list[Ref]:
        return [ref for ref, each in self.tries.items() if each.reply is not None]

    def all_goes_well(self) -> None:
        """For a moment everybody does what is wanted of them."""
        for _ in range(3):
            if not self.has(Hindrance.PAD):
                self.look()
            while self.reads:
                self.read()
            if not self.has(Hindrance.LINK):
                self._service_says_yes()
            while self.orders:
                self.write(None)
            while self.reports:
                self.report()

    def _service_says_yes(self) -> None:
        for ask in tuple(self.cards):
            self.answer_card(ask, KNOWN)
        while self.items:
            self.answer_item(catalogued(self.items[0]))
        for ref in self.awaited():
            self.answer(ref, yes(self.tries[ref].act))

    def _lives(self, ref: Ref) -> bool:
        over = ref.session != self.session.number or isinstance(self.session.phase, Idle)
        return not over and not self.tries[ref].gone

    def _tell(self, ref: Ref, event: events.Event) -> None:
        (self.hear if self._lives(ref) else self.hear_in_vain)(event)

    def _bring_about(self, effect: effects.Effect) -> None:
        match effect:
            case effects.ReadTag(tag):
                self.reads.append(tag)
            case effects.AskForPatron():
                self.cards.append(effect)
            case effects.AskForItem(item):
                self.items.append(item)
            case effects.Submit(ref, act):
                self._submit(ref, act)
            case effects.WriteSecurity():
                self._order(effect)
            case effects.NoteProved(ref, tag, item):
                self._note(ref, tag, item)
            case effects.Settle(refs):
                self._settle(self.tries[ref] for ref in refs if ref in self.tries)
            case effects.WriteReceipt():
                assert isinstance(self.session.phase, Farewell)

    def _submit(self, ref: Ref, act: Act) -> None:
        assert ref not in self.tries, "each try has a name of its own"
        assert ref.session == self.session.number
        if not isinstance(act, CheckIn):
            assert self.session.patron is not None
            assert self.session.patron.card == act.patron_card
            assert not self.has(Hindrance.LINK)
        self.tries[ref] = Try(act)

    def _order(self, order: effects.WriteSecurity) -> None:
        tried = self.tries[order.ref]
        assert order.item == tried.act.item
        assert order.uid in self.felt, "only what lies there is written"
        assert order.released is isinstance(tried.act, CheckOut)
        assert not order.released or isinstance(tried.reply, Lent), "released without a loan"
        assert not tried.gone
        assert not tried.settled
        under_way = [(each.ref, each.uid) for each in (*self.orders, *self.reports)]
        assert (order.ref, order.uid) not in under_way, "one write of a tag at a time"
        self.orders.append(order)

    def _note(self, ref: Ref, tag: Uid, item: str) -> None:
        assert self.tries[ref].act.item == item
        assert tag == NO_TAG or (ref, tag) in self.proved - self.noted
        self.noted.add((ref, tag))

    def _settle(self, tries: Iterable[Try]) -> None:
        for tried in tries:
            tried.settled = True
            tried.gone |= isinstance(tried.act, CheckOut) and tried.reply is None


def yes(act: Act) -> OutcomeReply:
    """The answer that everybody hopes for."""
    match act:
        case CheckOut(item):
            return lent(item)
        case CheckIn(item):
            return returned(item)
        case Renew(item):
            return Renewed(item, TODAY + timedelta(days=14))


def catalogued(item: str) -> ItemAnswer:
    """What the catalogue says."""
    tagged = item != UNTAGGED
    return ItemAnswer(item, "Mùa mận", "Mộc Khê", tagged=tagged, parts=1, on_loan=False)


def _timeless(session: SelfCheck) -> SelfCheck:
    return replace(session, last_act=0.0, still_there_until=None)
