"""A session with everything around it played by hand: no thread, no clock, no wire."""

from dataclasses import dataclass, field
from datetime import date

from drivers.uid import Uid
from kiosk import intents
from kiosk.recognition import TagKind, TagReading
from kiosk.session import effects, events
from kiosk.session.advance import advance
from kiosk.session.picture import item_line, view_of
from kiosk.session.states import Policy, SelfCheck
from kiosk.views import LineState, View
from service.protocol.replies import Destination, Lent, PatronAnswer, Returned

CARD = "04271936"
OTHER_CARD = "04271944"
TODAY = date(2026, 11, 18)
KNOWN = PatronAnswer("V. A. MẪU", hindrance=None, open_loans=0, may_borrow=5)


def uid(number: int) -> Uid:
    return Uid(f"E004015033{number:06X}")


def book(number: int, part: int = 1, parts: int = 1) -> TagReading:
    return TagReading(TagKind.ITEM, f"TK.{number:05d}", parts, part)


@dataclass
class World:
    """Feeds events and remembers what the session wanted, in order."""

    session: SelfCheck = field(default_factory=lambda: SelfCheck(policy=Policy()))
    now: float = 100.0
    wanted: list[effects.Effect] = field(default_factory=list)

    def hear(self, *happened: events.Event) -> list[effects.Effect]:
        """Take events in; returns what they made the session want."""
        start = len(self.wanted)
        for event in happened:
            self.session, more = advance(self.session, event, self.now)
            self.wanted += more
        return self.wanted[start:]

    def later(self, seconds: float) -> list[effects.Effect]:
        self.now += seconds
        return self.hear(events.Tick())

    def every(self, kind: type[effects.Effect]) -> list[effects.Effect]:
        return [effect for effect in self.wanted if isinstance(effect, kind)]

    def lay(self, *numbers: int) -> list[effects.Effect]:
        """Single books laid on the pad together and read."""
        start = len(self.wanted)
        self.hear(events.TagsPlaced(tuple(uid(n) for n in numbers)))
        self.hear(*(events.TagRead(uid(n), book(n)) for n in numbers))
        return self.wanted[start:]

    def lift(self, *numbers: int) -> list[effects.Effect]:
        return self.hear(events.TagsRemoved(tuple(uid(n) for n in numbers)))

    def show_card(self, card: str = CARD) -> None:
        """A good card is scanned and the service knows it."""
        self.hear(events.CodeScanned(card))
        self.answer_card()

    def answer_card(self, answer: PatronAnswer = KNOWN, *, ask: int | None = None) -> None:
        """The service's word about a card, to the last question unless another is named."""
        number = self.session.asks if ask is None else ask
        self.hear(events.PatronAnswered(number, answer))

    def grant(self, *submitted: effects.Submit) -> list[effects.Effect]:
        return self.hear(*(events.Answered(s.ref, lent(s.act.item)) for s in submitted))

    def book_in(self, *submitted: effects.Submit) -> list[effects.Effect]:
        """The service takes the returns in."""
        return self.hear(*(events.Answered(s.ref, returned(s.act.item)) for s in submitted))

    def prove(self, *writes: effects.WriteSecurity) -> list[effects.Effect]:
        return self.hear(*(events.SecurityProved(w.ref, w.uid) for w in writes))

    def submitted(self) -> list[effects.Submit]:
        return of_kind(self.wanted, effects.Submit)

    def writes(self) -> list[effects.WriteSecurity]:
        return of_kind(self.wanted, effects.WriteSecurity)

    def states(self) -> list[LineState]:
        """What the rows show, in their order."""
        return [item_line(self.session, line).state for line in self.session.lines.values()]

    def lend(self, *numbers: int) -> None:
        """These are laid down, granted and proved."""
        self.lay(*numbers)
        self.grant(*self.submitted()[-len(numbers) :])
        self.prove(*self.writes()[-len(numbers) :])

    def view(self) -> View:
        return view_of(self.session, self.now, TODAY, "")


def returning() -> World:
    """Somebody touched *Trả sách*."""
    world = World()
    world.hear(intents.ChooseReturn())
    return world


def lent(item: str, **fields: object) -> Lent:
    return Lent(item, "Mùa mận trên bản Cao", "Mộc Khê", date(2026, 12, 2), **fields)  # type: ignore[arg-type]


def returned(item: str) -> Returned:
    return Returned(item, "Bếp lửa nhà sàn", "Yên Trầm", Destination.SHELF, "895.92", True)


def of_kind(found: list[effects.Effect], kind: type) -> list:  # type: ignore[type-arg]
    return [effect for effect in found if isinstance(effect, kind)]
