"""What can be wrong with the data of a tag, or with data meant for one, in plain sentences."""

from enum import Enum, StrEnum
from typing import NamedTuple, Self

import msgspec


class Harm(Enum):
    """What a problem costs."""

    NOTE = "note"  # worth knowing; the data are sound
    STRUCTURE = "structure"  # a part is damaged; the item's number is still sound
    IDENTITY = "identity"  # the item's number cannot be trusted


class ProblemCode(StrEnum):
    """One short name per problem; the table below says it in words."""

    CRC_MISMATCH = "crc-mismatch"
    CRC_OVER_32_BYTES = "crc-over-32-bytes"
    REVERSED_BLOCKS = "reversed-blocks"
    NO_VERSION = "no-version"
    PART_BEYOND_PARTS = "part-beyond-parts"
    IDENTIFIER_MISSING = "identifier-missing"
    IDENTIFIER_UNPRINTABLE = "identifier-unprintable"
    IDENTIFIER_IN_EXTENSION = "identifier-in-extension"
    OWNER_IN_EXTENSION = "owner-in-extension"
    EXTENSION_CHECKSUM = "extension-checksum"
    EXTENSION_LENGTH = "extension-length"
    EXTENSION_CUT = "extension-cut"
    CHAIN_CUT = "chain-cut"
    CHAIN_BROKEN = "chain-broken"
    CHAIN_DOUBTFUL = "chain-doubtful"
    ELEMENT_TWICE = "element-twice"
    ELEMENT_UNDECODABLE = "element-undecodable"
    TEXT_UNPRINTABLE = "text-unprintable"
    NOT_A_LIBRARY_TAG = "not-a-library-tag"
    UNSUPPORTED_MODEL = "unsupported-model"
    UNKNOWN_CONTENT = "unknown-content"
    NOTHING_READ = "nothing-read"
    UNREADABLE_LINE = "unreadable-line"


class Description(NamedTuple):
    """How a problem harms, and its sentence with places for details."""

    harm: Harm
    sentence: str


NOTE, STRUCTURE, IDENTITY = Harm.NOTE, Harm.STRUCTURE, Harm.IDENTITY

DESCRIPTIONS = {
    ProblemCode.CRC_MISMATCH: Description(
        IDENTITY,
        "The checksum on the tag is {stored:04X}, the data give {computed:04X}: compare the number "
        "with the printed one and write the tag again.",
    ),
    ProblemCode.CRC_OVER_32_BYTES: Description(
        IDENTITY,
        "The checksum leaves out the last two bytes of the owner, as some programs do: "
        "compare the number with the printed one and write the tag again.",
    ),
    ProblemCode.REVERSED_BLOCKS: Description(
        NOTE, "The bytes of each block stand in reverse order; they were turned round for reading."
    ),
    ProblemCode.NO_VERSION: Description(
        NOTE,
        "Neither half of the first byte ({byte:02X}) is version 1; "
        "its first half was read as the type of usage.",
    ),
    ProblemCode.PART_BEYOND_PARTS: Description(
        NOTE, "This is part {part} of only {parts}: the set can never be complete."
    ),
    ProblemCode.IDENTIFIER_MISSING: Description(
        NOTE, "The tag holds no item number: scan the barcode and write the tag again."
    ),
    ProblemCode.IDENTIFIER_UNPRINTABLE: Description(
        IDENTITY,
        "The item number contains characters that cannot be printed: "
        "scan the barcode and write the tag again.",
    ),
    ProblemCode.IDENTIFIER_IN_EXTENSION: Description(
        NOTE,
        "The item number is longer than 16 bytes and stands in an extension block, "
        "where simple readers do not look.",
    ),
    ProblemCode.OWNER_IN_EXTENSION: Description(
        NOTE,
        "The owner does not fit the basic block and stands in an extension block, "
        "where simple readers do not look.",
    ),
    ProblemCode.EXTENSION_CHECKSUM: Description(
        STRUCTURE, "The checksum of extension block {block} is wrong; its data were left out."
    ),
    ProblemCode.EXTENSION_LENGTH: Description(
        STRUCTURE,
        "At byte {at} an extension block claims a length of {length}, less than its own head; "
        "nothing was read from there on.",
    ),
    ProblemCode.EXTENSION_CUT: Description(
        STRUCTURE,
        "The extension block at byte {at} claims {length} bytes, more than were read; "
        "read the whole tag, or write it again.",
    ),
    ProblemCode.CHAIN_CUT: Description(
        IDENTITY,
        "The data set at byte {at} goes on after the last byte that was read; "
        "read the whole tag, or write it again.",
    ),
    ProblemCode.CHAIN_BROKEN: Description(
        IDENTITY, "At byte {at} no data set can begin; nothing was read from there on."
    ),
    ProblemCode.CHAIN_DOUBTFUL: Description(
        IDENTITY,
        "The data can be read as ISO 28560-2, but hold values that nobody writes: compare the "
        "number with the printed one and write the tag again.",
    ),
    ProblemCode.ELEMENT_TWICE: Description(
        STRUCTURE, "{name} stands on the tag twice; the first one was taken."
    ),
    ProblemCode.ELEMENT_UNDECODABLE: Description(
        STRUCTURE, "{name} cannot be decoded ({data}): {reason}."
    ),
    ProblemCode.TEXT_UNPRINTABLE: Description(
        STRUCTURE, "{name} contains characters that cannot be printed."
    ),
    ProblemCode.NOT_A_LIBRARY_TAG: Description(
        NOTE, "This tag carries NFC data for telephones (NDEF), no library item."
    ),
    ProblemCode.UNSUPPORTED_MODEL: Description(
        STRUCTURE,
        "This looks like Bibliotheca's own model DM11, which cannot be read: use the barcode.",
    ),
    ProblemCode.UNKNOWN_CONTENT: Description(
        STRUCTURE, "The data follow no model that is known here: use the barcode."
    ),
    ProblemCode.NOTHING_READ: Description(
        STRUCTURE, "There are no bytes to decode: read the tag again."
    ),
    ProblemCode.UNREADABLE_LINE: Description(
        STRUCTURE, "The line is not a tag in hexadecimal: {reason}."
    ),
}


class Problem(msgspec.Struct, frozen=True):
    """Something about the data of one tag that a person or a program should know."""

    code: ProblemCode
    sentence: str

    @classmethod
    def of(cls, code: ProblemCode, **details: object) -> Self:
        """The problem with its sentence filled in from the table."""
        return cls(code, DESCRIPTIONS[code].sentence.format(**details))

    @property
    def harm(self) -> Harm:
        return DESCRIPTIONS[self.code].harm


class EncodingCode(StrEnum):
    """Why data were refused for a tag."""

    UNKNOWN_ELEMENT = "unknown-element"
    WRONG_VALUE = "wrong-value"
    IDENTIFIER_MISSING = "identifier-missing"
    NO_PLACE_IN_MODEL = "no-place-in-model"
    TOO_LONG = "too-long"
    TAG_TOO_SMALL = "tag-too-small"
    NOT_READABLE_AGAIN = "not-readable-again"


class TagEncodingError(ValueError):
    """The data cannot be put on the tag without loss. `str(error)` says which, why, what next."""

    def __init__(self, code: EncodingCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
