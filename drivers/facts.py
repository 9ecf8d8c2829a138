"""What devices tell: frozen values that workers put into the controller's queue.

Times are seconds on the monotonic clock of the station.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.uid import Uid


@dataclass(frozen=True, slots=True)
class TagSeen:
    """One tag that answered an inventory. `place`: which antenna of several saw it, by the name
    that the pad's settings give it.
    """

    uid: Uid
    dsfid: int
    place: str | None = None


@dataclass(frozen=True, slots=True)
class InventoryRound:
    """All tags in the field during one complete inventory; order has no meaning."""

    device: str
    tags: tuple[TagSeen, ...]
    at: float

    @property
    def uids(self) -> frozenset[Uid]:
        """The UIDs alone."""
        return frozenset(tag.uid for tag in self.tags)


class Symbology(StrEnum):
    """How a code is printed, where a scanner tells it."""

    CODE_39 = "code-39"
    CODE_93 = "code-93"
    CODE_128 = "code-128"
    GS1_128 = "gs1-128"
    CODABAR = "codabar"
    INTERLEAVED_2_OF_5 = "interleaved-2-of-5"
    EAN_8 = "ean-8"
    EAN_13 = "ean-13"
    MSI = "msi"
    DATABAR = "databar"
    PDF417 = "pdf417"
    QR = "qr"
    DATA_MATRIX = "data-matrix"
    AZTEC = "aztec"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """One whole code, without its terminator. `symbology` is None where the scanner tells none."""

    text: str
    symbology: Symbology | None = None


@dataclass(frozen=True, slots=True)
class BarcodeScanned:
    """The scanner `device` read a code; `text` and `symbology` as in `Code`."""

    device: str
    text: str
    at: float
    symbology: Symbology | None = None


class CardProblem(StrEnum):
    """Why a card is no identity."""

    RANDOM_UID = "random-uid"
    WRONG_LENGTH = "wrong-length"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card that came into a reader's field. `number` is empty when there is a `problem`.

    `technology`: iso14443a, iso14443b or felica.
    """

    technology: str
    number: str
    problem: CardProblem | None = None


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card came into the field of the card reader `device`."""

    device: str
    card: CardSeen
    at: float


@dataclass(frozen=True, slots=True)
class TagAlarm:
    """A gate saw a tag that its profile calls secured. None = this gate cannot tell.

    `reader_time`: what the gate's own clock said, as text. `seconds`: how long a contact was
    closed.
    """

    at: float
    uid: Uid | None = None
    afi: int | None = None
    antenna: int | None = None
    reader_time: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """People who passed since the last count."""

    at: float
    entered: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class ContactFault:
    """A contact or beam that stays closed too long (`stuck`), or is free again."""

    at: float
    contact: str
    stuck: bool


@dataclass(frozen=True, slots=True)
class AlarmsLost:
    """The gate's own memory ran over: it saw more than it could keep."""

    at: float


GateEvent = TagAlarm | Passage | ContactFault | AlarmsLost


@dataclass(frozen=True, slots=True)
class GateTold:
    """What the gate `device` told, in its order."""

    device: str
    events: tuple[GateEvent, ...]


@dataclass(frozen=True, slots=True)
class ChuteState:
    """The sensors of a book-drop. `bin_full`: held for longer than items fall past it."""

    item_in_mouth: bool
    item_passed: bool
    bin_full: bool
    jammed: bool = False


@dataclass(frozen=True, slots=True)
class ChuteChanged:
    """The sensors of the book-drop `device` changed."""

    device: str
    state: ChuteState
    at: float


Fact = InventoryRound | BarcodeScanned | CardPresented | GateTold | ChuteChanged
