"""From what a tag holds to what it means at this station. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from drivers.tags.content import TagContent, TagModel
from service.protocol.identifiers import LONGEST_NUMBER


class TagKind(StrEnum):
    """What lies on the pad."""

    ITEM = "item"
    PATRON_CARD = "patron-card"
    FOREIGN = "foreign"
    BLANK = "blank"
    NOT_LIBRARY = "not-library"
    SUSPECT = "suspect"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class TagReading:
    """One tag in the station's words. `number` is an accession or a card number, else empty."""

    kind: TagKind
    number: str = ""
    parts: int = 1
    part: int = 1

    def __repr__(self) -> str:
        return f"TagReading({self.kind}, part {self.part}/{self.parts})"


UNREADABLE = TagReading(TagKind.UNREADABLE)

NOT_ITEMS = {
    TagModel.BLANK: TagKind.BLANK,
    TagModel.NDEF: TagKind.NOT_LIBRARY,
    TagModel.UNKNOWN: TagKind.NOT_LIBRARY,
}


def recognise(content: TagContent, owner: str) -> TagReading:
    """What this tag is to a library with the ISIL `owner` (empty: every owner is ours)."""
    if content.model in NOT_ITEMS:
        return TagReading(NOT_ITEMS[content.model])
    number = content.item_identifier or ""
    if not may_be_number(number):
        return TagReading(TagKind.SUSPECT)
    if content.suspect or not number:
        return TagReading(TagKind.SUSPECT, number)
    if content.is_patron_card:
        return TagReading(TagKind.PATRON_CARD, number)
    if owner and content.owner and content.owner != owner:
        return TagReading(TagKind.FOREIGN, number)
    parts, part = _counted(content.parts, content.part)
    return TagReading(TagKind.ITEM, number, parts, part)


def may_be_number(text: str) -> bool:
    """Whether a tag's or a scanner's text can stand in a message, and in the station's own keys."""
    return len(text) <= LONGEST_NUMBER and text.isprintable()


def is_card(reading: TagReading | None) -> bool:
    """Whether a tag is known to be a patron's card."""
    return reading is not None and reading.kind is TagKind.PATRON_CARD


def _counted(parts: int | None, part: int | None) -> tuple[int, int]:
    """Parts as a person counts them: none counted, or a part outside its set, is a single item."""
    if not parts or parts < 2 or not part or part > parts:
        return 1, 1
    return parts, part
