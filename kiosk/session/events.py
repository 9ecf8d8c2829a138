"""What happens to a session. Intents (kiosk/intents.py) are events as well."""

from dataclasses import dataclass
from enum import StrEnum

from drivers.facts import CardSeen
from drivers.uid import Uid
from kiosk.intents import Intent
from kiosk.recognition import TagReading
from kiosk.views import Hindrance
from service.protocol.replies import ItemAnswer, OutcomeReply, PatronAnswer, Refused


@dataclass(frozen=True, slots=True)
class Ref:
    """One try of one line in one session; what is not of this session means nothing to it."""

    session: int
    key: str
    attempt: int


@dataclass(frozen=True, slots=True)
class TagsPlaced:
    """These tags lie on the pad now, steadily."""

    uids: tuple[Uid, ...]


@dataclass(frozen=True, slots=True)
class TagsRemoved:
    """These tags are gone from the pad."""

    uids: tuple[Uid, ...]


@dataclass(frozen=True, slots=True)
class TagRead:
    """A tag's memory was read and understood, as far as it can be."""

    uid: Uid
    reading: TagReading


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A barcode came from a scanner."""

    text: str


@dataclass(frozen=True, slots=True)
class CardShown:
    """A contactless card was held before its reader."""

    card: CardSeen


@dataclass(frozen=True, slots=True)
class PatronAnswered:
    """Answer number `ask`; None: none came in time."""

    ask: int
    answer: PatronAnswer | Refused | None


@dataclass(frozen=True, slots=True)
class ItemAnswered:
    """What the service knows of an item; None: no answer came in time."""

    item: str
    answer: ItemAnswer | Refused | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The service decided an operation."""

    ref: Ref
    reply: OutcomeReply


@dataclass(frozen=True, slots=True)
class NotDecided:
    """No decision came while the link was there. A check-out is withdrawn, a return waits."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class SecurityProved:
    """The wanted state was read back from this tag."""

    ref: Ref
    uid: Uid


class WriteFailure(StrEnum):
    """Why a tag's state could not be proved."""

    LEFT = "left"
    LOCKED = "locked"
    NOT_WRITTEN = "not-written"
    PAD_LOST = "pad-lost"


@dataclass(frozen=True, slots=True)
class SecurityFailed:
    """The wanted state could not be read back."""

    ref: Ref
    uid: Uid
    why: WriteFailure


@dataclass(frozen=True, slots=True)
class HindrancesChanged:
    """What does not work now."""

    hindrances: frozenset[Hindrance]


@dataclass(frozen=True, slots=True)
class StoreRefused:
    """The last step could not be written down (full disk) and has not happened."""


@dataclass(frozen=True, slots=True)
class Tick:
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
    | HindrancesChanged
    | StoreRefused
    | Tick
    | Intent
)
