"""The session's state: frozen values. Every phase stores its own deadline (monotonic seconds)."""

from enum import StrEnum

from msgspec import Struct, field

from drivers.uid import Uid
from kiosk.recognition import TagReading
from kiosk.session.events import Ref
from kiosk.views import Hindrance, ReceiptState, RenewState, Trouble, WhoFor, WhoStep
from service.protocol.refusals import RefusalCode
from service.protocol.replies import Lent, LoanLine, Returned


class Policy(Struct, frozen=True):
    """How this station behaves, times in seconds.

    docs/station.md, "Configuration of a station". `lends` False: nobody is asked who they are.
    """

    patron_idle_seconds: float = 60.0
    still_there_seconds: float = 20.0
    farewell_seconds: float = 12.0
    hold_back_seconds: float = 0.25
    typed_tries: int = 5
    typed_window_seconds: float = 300.0
    typed_pause_seconds: float = 60.0
    card_pattern: str = r"\d{8}"
    item_pattern: str = r"[A-Z]{2,4}\.\d{5,7}"
    has_pad: bool = True
    has_scanner: bool = True
    has_printer: bool = False
    lend_tagged_without_pad: bool = False
    lends: bool = True


class Stage(StrEnum):
    """How far a line has come."""

    SEEN = "seen"
    RECOGNISED = "recognised"
    LOOKED_UP = "looked-up"  # scanned by barcode, the catalogue is asked whether it has a tag
    LAY_ON_PAD = "lay-on-pad"
    ASKED = "asked"
    GRANTED = "granted"  # tags are being written or waited for
    SECURING = "securing"
    DONE = "done"
    DONE_TAG_OPEN = "done-tag-open"
    REFUSED = "refused"
    TROUBLE = "trouble"


RENEWAL_KEY = "renew\t"
"""No item number holds a tab (kiosk/recognition.py): keys of lines and renewals never meet."""

UNDER_WAY = frozenset({Stage.ASKED, Stage.GRANTED, Stage.SECURING})
FINISHED = frozenset({Stage.DONE, Stage.DONE_TAG_OPEN})

CLOSED = frozenset(
    {
        Hindrance.NOT_ENROLLED,
        Hindrance.REVOKED,
        Hindrance.SECOND_INSTANCE,
        Hindrance.PROTOCOL,
    }
)
"""No visit begins, not by a book or a card either: what is told would never be booked."""

NOT_LENDING = CLOSED | {Hindrance.LINK, Hindrance.DISK}
"""No visit that borrows or renews begins; one that runs goes on."""

MOST_MISSES = 3
"""Writes that a tag which the pad still feels may leave without an answer."""


class Line(Struct, frozen=True):
    """One item; a set of several parts is one line. `uids` maps part number to tag.

    `item` is empty while the tag is not read, or tells none. `writing`: tags whose write was
    ordered and not reported yet. `proved`: read back. `noted`: the proof is in the journal.
    `tried`: a write was ordered before, look first. `hopeless`: no further try will help.
    `missed`: how often a tag has not answered a write since it was laid down.
    """

    key: str
    stage: Stage
    attempt: int = 1
    item: str = ""
    title: str | None = None
    author: str | None = None
    parts: int = 1
    uids: dict[int, Uid] = field(default_factory=dict)
    reply: Lent | Returned | None = None
    kept_for_later: bool = False
    asked_at: float = 0.0
    writing: frozenset[Uid] = frozenset()
    proved: frozenset[Uid] = frozenset()
    noted: frozenset[Uid] = frozenset()
    tried: frozenset[Uid] = frozenset()
    hopeless: frozenset[Uid] = frozenset()
    missed: dict[Uid, int] = field(default_factory=dict)
    refusal: RefusalCode | None = None
    trouble: Trouble | None = None
    foreign: bool = False

    @property
    def tags(self) -> frozenset[Uid]:
        """All tags of this line that were ever seen."""
        return frozenset(self.uids.values())

    @property
    def out_of_reach(self) -> frozenset[Uid]:
        """Tags that must be laid down anew before another write is tried."""
        return frozenset(uid for uid, times in self.missed.items() if times >= MOST_MISSES)


class Patron(Struct, frozen=True):
    """Who stands there; wiped with the session."""

    card: str
    short_name: str
    hindrance: RefusalCode | None
    may_borrow: int
    loans: tuple[LoanLine, ...] | None = None

    def __repr__(self) -> str:
        return "Patron(…)"


class Renewal(Struct, frozen=True):
    """One renewal on the account screen; `attempt` counts its operations."""

    state: RenewState
    refusal: RefusalCode | None = None
    attempt: int = 0


class Idle(Struct, frozen=True):
    """Nobody is here."""


class Who(Struct, frozen=True):
    """Somebody is here and has not said who they are. `card` was told, its PIN is awaited."""

    why: WhoFor
    step: WhoStep = WhoStep.SHOW_CARD
    card: str | None = None
    short_name: str | None = None
    problem: RefusalCode | None = None
    not_answered: bool = False
    card_unusable: bool = False
    typed: bool = False

    def __repr__(self) -> str:
        return f"Who({self.why}, {self.step})"


class Borrowing(Struct, frozen=True):
    """A patron borrows. `finishing`: *Xong* was touched, the last answers are awaited."""

    finishing: bool = False


class Returning(Struct, frozen=True):
    """Somebody returns."""

    finishing: bool = False


class Account(Struct, frozen=True):
    """The account stands open behind its PIN."""


class Farewell(Struct, frozen=True):
    """What was done is told until `until`."""

    until: float
    receipt: bool = False
    receipt_state: ReceiptState = ReceiptState.NOT_WANTED


Phase = Idle | Who | Borrowing | Returning | Account | Farewell


class SelfCheck(Struct, frozen=True):
    """Everything the session knows. `number` grows with each session; 0 before the first.

    `renewals` are by item; their tries are named `renew <item>`.

    `tags`: what lies on the pad and what it was read as (None: not read yet).
    `left_behind`: tags that lay there when the last session ended; they start nothing.
    """

    policy: Policy
    language: str = "vi"
    home_language: str = "vi"
    owner: str = ""
    hindrances: frozenset[Hindrance] = frozenset()
    number: int = 0
    phase: Phase = Idle()
    patron: Patron | None = None
    asks: int = 0
    tags: dict[Uid, TagReading | None] = field(default_factory=dict)
    left_behind: frozenset[Uid] = frozenset()
    lines: dict[str, Line] = field(default_factory=dict)
    renewals: dict[str, Renewal] = field(default_factory=dict)
    last_act: float = 0.0
    still_there_until: float | None = None
    help_open: bool = False
    wrong_numbers: tuple[float, ...] = ()
    typing_opens_at: float = 0.0

    @property
    def prints(self) -> bool:
        """Whether receipts come on paper now."""
        return self.policy.has_printer and Hindrance.PRINTER not in self.hindrances

    def ref(self, line: Line) -> Ref:
        """The name of this line's present try."""
        return Ref(self.number, line.key, line.attempt)

    def renewal_refs(self, item: str) -> tuple[Ref, ...]:
        """The names of all tries to renew this item in this visit."""
        tries = range(1, self.renewals[item].attempt + 1)
        return tuple(Ref(self.number, f"{RENEWAL_KEY}{item}", attempt) for attempt in tries)
