"""What happens to a session. Intents (kiosk/intents.py) are events as well."""

from enum import StrEnum

from msgspec import Struct

from drivers.facts import CardSeen
from drivers.uid import Uid
from kiosk.intents import Intent
from kiosk.recognition import TagReading
from kiosk.views import Hindrance
from service.protocol.replies import ItemAnswer, OutcomeReply, PatronAnswer, Refused


class Ref(Struct, frozen=True):
    """One try of one line in one session; what is not of this session means nothing to it."""

    session: int
    key: str
    attempt: int


class TagsPlaced(Struct, frozen=True):
    """These tags lie on the pad now, steadily."""

    uids: tuple[Uid, ...]


class TagsRemoved(Struct, frozen=True):
    """These tags are gone from the pad."""

    uids: tuple[Uid, ...]


class TagRead(Struct, frozen=True):
    """A tag's memory was read and understood, as far as it can be."""

    uid: Uid
    reading: TagReading


class CodeScanned(Struct, frozen=True):
    """A barcode came from a scanner."""

    text: str


class CardShown(Struct, frozen=True):
    """A contactless card was held before its reader."""

    card: CardSeen


class PatronAnswered(Struct, frozen=True):
    """Answer number `ask`; None: none came in time."""

    ask: int
    answer: PatronAnswer | Refused | None


class ItemAnswered(Struct, frozen=True):
    """What the service knows of an item; None: no answer came in time."""

    item: str
    answer: ItemAnswer | Refused | None


class Answered(Struct, frozen=True):
    """The service decided an operation."""

    ref: Ref
    reply: OutcomeReply


class NotDecided(Struct, frozen=True):
    """No decision came while the link was there. A check-out is withdrawn, a return waits."""

    ref: Ref


class SecurityProved(Struct, frozen=True):
    """The wanted state was read back from this tag."""

    ref: Ref
    uid: Uid


class WriteFailure(StrEnum):
    """Why a tag's state could not be proved."""

    LEFT = "left"
    LOCKED = "locked"
    NOT_WRITTEN = "not-written"
    PAD_LOST = "pad-lost"


class SecurityFailed(Struct, frozen=True):
    """The wanted state could not be read back."""

    ref: Ref
    uid: Uid
    why: WriteFailure


class ReceiptCame(Struct, frozen=True):
    """The receipt of a session came out of the printer, or was dropped."""

    session: int
    printed: bool


class HindrancesChanged(Struct, frozen=True):
    """What does not work now."""

    hindrances: frozenset[Hindrance]


class StoreRefused(Struct, frozen=True):
    """The last step could not be written down (full disk) and has not happened."""


class Tick(Struct, frozen=True):
    """Time has passed."""


Event = (
    TagsPlaced
    | TagsRemoved
    | TagRead
    | CodeScanned
    | CardShown
    | PatronAnswered
    | ItemAnswered
    | Answered
    | NotDecided
    | SecurityProved
    | SecurityFailed
    | ReceiptCame
    | HindrancesChanged
    | StoreRefused
    | Tick
    | Intent
)
