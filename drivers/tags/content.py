"""What was found on a tag, whatever its data model."""

from enum import StrEnum

import msgspec

from drivers.tags.elements import PATRON_CARD, Elements
from drivers.tags.problems import Harm, Problem


class TagModel(StrEnum):
    """The data model of the user memory."""

    ISO28560_2 = "iso28560-2"
    ISO28560_3 = "iso28560-3"
    RFID501 = "3m-rfid501"
    BLANK = "blank"
    NDEF = "ndef"
    UNKNOWN = "unknown"


class VersionNibble(StrEnum):
    """Which half of the first byte of an ISO 28560-3 tag holds the version; both are in the field
    (docs/protocols/tags.md, "First byte").
    """

    LOW = "low"
    HIGH = "high"


class Layout(msgspec.Struct, frozen=True):
    """What a writer keeps as it was found, so that the library's other programs still read it."""

    version_nibble: VersionNibble = VersionNibble.LOW
    reversed_blocks: bool = False
    block_size: int = 4


class TagContent(msgspec.Struct, frozen=True, kw_only=True):
    """One tag's data. `needs_more`: the memory given ends before the data do; read on."""

    model: TagModel
    elements: Elements = Elements()
    problems: tuple[Problem, ...] = ()
    layout: Layout = Layout()
    needs_more: bool = False

    @property
    def valid(self) -> bool:
        """False when a checksum or the structure is broken, or the data are of no known model."""
        return all(problem.harm is Harm.NOTE for problem in self.problems)

    @property
    def suspect(self) -> bool:
        """True when the item's number cannot be trusted: never circulate by it alone."""
        return any(problem.harm is Harm.IDENTITY for problem in self.problems)

    @property
    def item_identifier(self) -> str | None:
        return self.elements.primary_item_identifier

    @property
    def owner(self) -> str | None:
        """ISIL of the owner, with its hyphen."""
        return self.elements.owner_institution

    @property
    def parts(self) -> int:
        """How many tagged parts the item has; 1 when the tag does not count them."""
        counted = self.elements.set_information
        return max(counted.parts, 1) if counted else 1

    @property
    def part(self) -> int:
        """Which of the parts this is; a single part is 1, whatever its tag counts."""
        counted = self.elements.set_information
        return counted.part if counted and counted.parts > 1 else 1

    @property
    def type_of_usage(self) -> str | None:
        """Two hexadecimal digits: class, qualifier."""
        return self.elements.type_of_usage

    @property
    def is_patron_card(self) -> bool:
        return (self.type_of_usage or "").startswith(PATRON_CARD)
