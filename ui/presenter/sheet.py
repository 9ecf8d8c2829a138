"""What a screen says: a `Sheet` is a frozen value that a screen lays out without asking why.

Colours are named by tone, buttons carry the intent they yield, and at most one thing on a sheet
is the next step (amber).
"""

from enum import StrEnum

from msgspec import Struct

from kiosk.intents import Intent
from ui.presenter.catalogue import Words


class Tone(StrEnum):
    """What a text means; the value is the theme's colour of that name."""

    INK = "ink"
    SOFT = "ink_soft"
    BRAND = "brand"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Mark(StrEnum):
    """The state mark of a row: each has its own shape and icon beside its colour."""

    DONE = "done"
    WORKING = "working"
    NEEDS_HAND = "needs-hand"
    PART_MISSING = "part-missing"
    REFUSED = "refused"
    RESERVED = "reserved"


class Look(StrEnum):
    """How loud a button is. NEXT is amber: exactly one next step a screen."""

    QUIET = "quiet"
    NEXT = "next"
    BRAND = "brand"
    CARD = "card"


class Button(Struct, frozen=True):
    """A thing to touch. `hint` is a second, softer line."""

    words: Words
    intent: Intent
    look: Look = Look.QUIET
    icon: str = ""
    hint: Words = ()


class Header(Struct, frozen=True):
    """The top line: it tells and is never touched."""

    library: str
    date: Words
    time: str
    person: Words = ()
    offline: Words = ()


class Line(Struct, frozen=True):
    """Mark, words and a softer second line."""

    mark: Mark | None
    words: Words
    hint: Words = ()
    icon: str = ""


class Basket(StrEnum):
    """Where a returned book is put down; each has its own colour and icon."""

    SHELF = "shelf"
    HOLD_SHELF = "hold-shelf"
    OTHER_POINT = "other-point"
    DESK = "desk"


class Row(Struct, frozen=True):
    """One book. `cover` is what its cloth cover is drawn from; `basket` has its own short word."""

    key: str
    title: Words
    words: Words
    tone: Tone
    mark: Mark
    cover: str
    is_next: bool = False
    needs_you: bool = False
    icon: str = ""
    basket: Basket | None = None
    basket_word: Words = ()


class Lies(StrEnum):
    """How a spine of the pad's picture is drawn."""

    ON_PAD = "on-pad"
    MISSING = "missing"  # dashed: a part of a set that has not been seen
    LIFTED = "lifted"  # floating: taken away too early


class Spine(Struct, frozen=True):
    """One book of the pad's picture, drawn in the cloth of its cover."""

    cover: str
    lies: Lies = Lies.ON_PAD


class PadScene(Struct, frozen=True):
    """The pad from the side, from bottom to top."""

    spines: tuple[Spine, ...] = ()
    card: bool = False
    waits: bool = False  # nothing lies there yet: an arrow shows where the first book goes

    @property
    def count(self) -> int:
        """How many books lie on the pad."""
        return sum(spine.lies is Lies.ON_PAD for spine in self.spines)


class BasketPile(Struct, frozen=True):
    """A basket with the books that go into it."""

    basket: Basket
    words: Words
    count: Words
    covers: tuple[str, ...]


class Language(Struct, frozen=True):
    """A language button."""

    name: str
    chosen: bool
    intent: Intent


class StartBody(Struct, frozen=True):
    """Greeting, what to do first, the tiles, the languages, what does not work now."""

    greeting: Words
    hint: Words
    tiles: tuple[Button, ...]
    languages: tuple[Language, ...]
    notice: Words = ()


class WhoBody(Struct, frozen=True):
    """Ways to say who one is. `seen`: books that wait on the pad. `asking`: no way is open now."""

    heading: Words
    ways: tuple[Line | Button, ...]
    seen: Words = ()
    books: int = 0
    asking: Words = ()


class Typing(StrEnum):
    """What is typed on the keypad; a PIN is masked."""

    NUMBER = "number"
    PIN = "pin"


class KeypadBody(Struct, frozen=True):
    """The keypad; the digits typed so far live on the screen only."""

    typing: Typing
    field: Words
    clear: Words
    confirm: Words
    longest: int
    closed: bool = False


class StackBody(Struct, frozen=True):
    """The stack: what the pad sees and one row a book. `piles` take the pad's place at the end."""

    pad: PadScene
    count: Words
    rows: tuple[Row, ...]
    tally: tuple[Line, ...]
    empty: Words
    piles: tuple[BasketPile, ...] = ()
    pad_works: bool = True


class LoanRow(Struct, frozen=True):
    """One open loan with its button, if it can be renewed."""

    key: str
    title: str
    words: Words
    tone: Tone
    icon: str
    cover: str
    renew: Button | None = None


class AccountBody(Struct, frozen=True):
    """Open loans, and beside them how it stands."""

    heading: Words
    count: Words
    rows: tuple[LoanRow, ...]
    empty: Words
    notes: tuple[Line, ...]


class FarewellBody(Struct, frozen=True):
    """What was done, what is offered, what must not be forgotten, when this screen goes."""

    greeting: Words
    lines: tuple[Line, ...]
    question: Words
    choices: tuple[Button, ...]
    reminder: Words
    card_left: bool
    countdown: Words
    seconds: int
    receipt: tuple[str, ...] = ()


class NoticeBody(Struct, frozen=True):
    """Help, out of service, opening. With words for its `sign` the desk is drawn."""

    sign: Words
    lines: tuple[Line, ...]
    after: Words = ()


Body = StartBody | WhoBody | KeypadBody | StackBody | AccountBody | FarewellBody | NoticeBody


class Overlay(Struct, frozen=True):
    """Are you still there: the only layer that can be touched while it lies there."""

    question: Words
    explanation: Words
    seconds: int
    heading: Words
    unfinished: tuple[Row, ...]
    leave: Button
    stay: Button


class Sheet(Struct, frozen=True):
    """One screen in words. `ways_out` stand left in the footer, `ways_on` right."""

    header: Header
    sentence: Words
    body: Body
    ways_out: tuple[Button, ...] = ()
    ways_on: tuple[Button, ...] = ()
    note: Words = ()
    overlay: Overlay | None = None
