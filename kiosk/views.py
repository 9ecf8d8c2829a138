"""What a screen shows: frozen values, no words. Words, colours and speech live in ui.presenter.

A view says what is true and what the patron can do; it never says how it looks. After every step
the controller publishes one `Frame`; the screen draws the newest and reports its number back,
so that "shown" means drawn (docs/architecture.md, "Shown").
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from service.protocol.refusals import RefusalCode
from service.protocol.replies import Destination

__all__ = [
    "AccountLine",
    "AccountView",
    "BorrowView",
    "Chime",
    "Destination",
    "FarewellView",
    "Frame",
    "HelpView",
    "Hindrance",
    "ItemLine",
    "LineState",
    "OutOfServiceView",
    "PadPicture",
    "ReceiptState",
    "RefusalCode",
    "RenewState",
    "ReturnView",
    "StartView",
    "StillThere",
    "Trouble",
    "View",
    "WhoFor",
    "WhoStep",
    "WhoView",
]


class LineState(StrEnum):
    """Where one item stands. Each state has a mark, words and a sound."""

    SEEN = "seen"  # the pad feels a tag, its memory is being read
    RECOGNISED = "recognised"  # we know the item; nothing is asked yet (no card yet)
    ASKING = "asking"  # the library is asked
    RELEASING = "releasing"  # granted, the tag is being written: leave it on the pad
    SECURING = "securing"  # return: the tag is being secured and the library is asked
    DONE = "done"
    DONE_TAG_OPEN = "done-tag-open"  # loan or return done, the tag is still to be written
    PUT_BACK = "put-back"  # lifted too early: lay it down again
    LAY_ON_PAD = "lay-on-pad"  # scanned by barcode, but it carries a tag
    PART_MISSING = "part-missing"
    REFUSED = "refused"
    TROUBLE = "trouble"


class Trouble(StrEnum):
    """Why a line is in TROUBLE; the patron is told what to do in each case."""

    PATRON_CARD = "patron-card"  # a library card with a tag, not a book
    FOREIGN_LIBRARY = "foreign-library"
    BLANK_TAG = "blank-tag"
    NOT_A_LIBRARY_TAG = "not-a-library-tag"
    UNREADABLE = "unreadable"
    SUSPECT_TAG = "suspect-tag"  # readable, but its checksum does not fit
    TAG_LOCKED = "tag-locked"
    TAG_NOT_WRITTEN = "tag-not-written"
    NOT_SENT = "not-sent"  # the library did not answer in time: nothing was lent
    KEPT_FOR_LATER = "kept-for-later"  # return received, booked when the link is back
    STAFF_WILL_HELP = "staff-will-help"


class ItemLine(Struct, frozen=True):
    """One item (a set of several parts is one line)."""

    key: str
    state: LineState
    accession: str | None = None
    title: str | None = None
    author: str | None = None
    due: date | None = None
    already_yours: bool = False
    refusal: RefusalCode | None = None
    trouble: Trouble | None = None
    destination: Destination | None = None
    place: str = ""
    parts: int = 1
    parts_seen: tuple[int, ...] = ()
    parts_missing: tuple[int, ...] = ()
    on_pad: bool = False


class Hindrance(StrEnum):
    """What does not work at this station now; told on the start screen and by `health`.

    `UNMASKED` hinders nobody: a technician sees what people scan, and they are told first.
    """

    UNMASKED = "unmasked"
    LINK = "link"
    PAD = "pad"
    SCANNER = "scanner"
    CARD_READER = "card-reader"
    PRINTER = "printer"
    GATE = "gate"
    DROP = "drop"
    DISK = "disk"
    NOT_ENROLLED = "not-enrolled"
    REVOKED = "revoked"
    SECOND_INSTANCE = "second-instance"
    PROTOCOL = "protocol"


class PadPicture(Struct, frozen=True):
    """What the pad sees, for its drawing: line keys from bottom to top, and a card if one lies."""

    keys: tuple[str, ...] = ()
    card: bool = False


class StartView(Struct, frozen=True):
    """Nobody is here. `may_borrow`/`may_return` are False when that tile must not be offered."""

    may_borrow: bool
    may_return: bool
    may_see_account: bool
    hindrances: tuple[Hindrance, ...] = ()


class WhoFor(StrEnum):
    """Why the card is wanted."""

    BORROW = "borrow"
    ACCOUNT = "account"


class WhoStep(StrEnum):
    """How far the reader has come in saying who they are."""

    SHOW_CARD = "show-card"  # lay down, scan or choose to type
    TYPE_NUMBER = "type-number"
    ASKING = "asking"
    TYPE_PIN = "type-pin"


class WhoView(Struct, frozen=True):
    """Who are you. `items_on_pad` books wait; `problem` belongs to the last try.

    `wait_seconds`: too many numbers were typed, typing opens again after so long (0 = open).
    """

    why: WhoFor
    step: WhoStep
    items_on_pad: int = 0
    short_name: str | None = None
    problem: RefusalCode | None = None
    not_answered: bool = False
    card_unusable: bool = False
    wait_seconds: int = 0


class BorrowView(Struct, frozen=True):
    """The stack being borrowed. `next_key` is the row that needs the reader's hand, if any."""

    short_name: str
    pad: PadPicture
    lines: tuple[ItemLine, ...]
    next_key: str | None
    done: int
    busy: bool
    pad_works: bool = True


class ReturnView(Struct, frozen=True):
    """The stack being returned; no card is needed."""

    pad: PadPicture
    lines: tuple[ItemLine, ...]
    next_key: str | None
    done: int
    busy: bool
    short_name: str | None = None
    pad_works: bool = True


class RenewState(StrEnum):
    """What happened to a loan on the account screen."""

    NONE = "none"
    ASKING = "asking"
    RENEWED = "renewed"
    REFUSED = "refused"
    NOT_SENT = "not-sent"


class AccountLine(Struct, frozen=True):
    """One open loan."""

    item: str
    title: str
    author: str
    due: date
    overdue: bool
    renewable: bool
    renew: RenewState = RenewState.NONE
    refusal: RefusalCode | None = None


class AccountView(Struct, frozen=True):
    """The account behind the PIN."""

    short_name: str
    lines: tuple[AccountLine, ...]
    hindrance: RefusalCode | None
    may_borrow: int
    busy: bool


class ReceiptState(StrEnum):
    """What became of the receipt that somebody asked for."""

    NOT_WANTED = "not-wanted"
    SAVED = "saved"
    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not-printed"


class FarewellView(Struct, frozen=True):
    """What was done. `receipt` is the 42-column text when the reader asked to see it.

    `unfinished` names also what is done but for its tag. `card_on_pad` and `books_on_pad` (lent
    ones): do not forget them. `printer`: receipts come on paper here, else as a file.
    """

    lent: tuple[ItemLine, ...]
    returned: tuple[ItemLine, ...]
    unfinished: tuple[ItemLine, ...]
    latest_due: date | None
    receipt: tuple[str, ...] | None
    seconds_left: int
    card_on_pad: bool = False
    books_on_pad: int = 0
    printer: bool = False
    receipt_state: ReceiptState = ReceiptState.NOT_WANTED


class OutOfServiceView(Struct, frozen=True):
    """Nothing can be done here now: what is broken, what works, and since when (wall clock)."""

    hindrances: tuple[Hindrance, ...]
    since: str


class HelpView(Struct, frozen=True):
    """Staff were called or the reader looks for help; Back returns to what was there."""

    may_leave: bool


class StillThere(Struct, frozen=True):
    """Laid over any view: answer within `seconds_left` or all is finished and wiped."""

    seconds_left: int
    unfinished: tuple[ItemLine, ...]


View = (
    StartView
    | WhoView
    | BorrowView
    | ReturnView
    | AccountView
    | FarewellView
    | OutOfServiceView
    | HelpView
)


class Chime(StrEnum):
    """One short sound with its own meaning; screens without a speaker ignore it."""

    DONE = "done"
    NEEDS_YOU = "needs-you"
    DONE_TAG_OPEN = "done-tag-open"
    REFUSED = "refused"


class Frame(Struct, frozen=True):
    """Everything the screen needs for one picture. `number` grows; report it back when drawn."""

    number: int
    view: View
    online: bool
    language: str
    still_there: StillThere | None = None
    chime: Chime | None = None
