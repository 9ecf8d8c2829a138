"""Extension blocks of ISO 28560-3, behind the basic block: frame, fields, and their checksum.

Frame and field order: docs/protocols/tags.md, "Extension blocks".
"""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import xor
from typing import NamedTuple
from unicodedata import normalize

from drivers.tags.elements import ITEM_OID, MEDIA_OID, OWNER_OID, ElementValue, Format, element_of
from drivers.tags.isil import ISIL
from drivers.tags.problems import EncodingCode, Problem, ProblemCode, TagEncodingError

END, FILLER = 0, 1
HEAD = 4  # length, identifier (low byte first), checksum
LIBRARY = 1
ALTERNATIVE_ITEM_OID, ALTERNATIVE_OWNER_OID = 22, 23
LIBRARY_FIELDS = {MEDIA_OID, ITEM_OID, ALTERNATIVE_ITEM_OID, OWNER_OID, ALTERNATIVE_OWNER_OID}

TEXT_FIELDS = {
    2: (9, 18, 10, 21, 13, 20),  # acquisition
    3: (6, 8, 7, 24),  # library supplement
    4: (17,),  # title
    5: (11, 12, 25),  # interlibrary loan
}


class Block(NamedTuple):
    """One extension block with a right checksum."""

    identifier: int
    data: bytes


class Walk(NamedTuple):
    """What stands behind the basic block. `unfinished`: no end was met in the memory given."""

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
    unfinished: bool


def read_blocks(memory: bytes, start: int) -> Walk:
    """All extension blocks from `start` to the end block; damaged ones are skipped."""
    blocks: list[Block] = []
    problems: list[Problem] = []
    at = start
    while at < len(memory) and memory[at] != END:
        length = memory[at]
        block = memory[at : at + length]
        if length == FILLER:
            pass
        elif length < HEAD:
            problems.append(Problem.of(ProblemCode.EXTENSION_LENGTH, at=at, length=length))
            return Walk(tuple(blocks), tuple(problems), unfinished=False)
        elif len(block) < length:
            problems.append(Problem.of(ProblemCode.EXTENSION_CUT, at=at, length=length))
            return Walk(tuple(blocks), tuple(problems), unfinished=True)
        elif reduce(xor, block):
            problems.append(Problem.of(ProblemCode.EXTENSION_CHECKSUM, block=_identifier(block)))
        else:
            blocks.append(Block(_identifier(block), block[HEAD:]))
        at += length
    return Walk(tuple(blocks), tuple(problems), unfinished=at >= len(memory))


def _identifier(block: bytes) -> int:
    return int.from_bytes(block[1:3], "little")


def add_fields(found: dict[int, ElementValue], block: Block) -> None:
    """Put a block's elements among those found; what is there already stays.

    Raises ValueError when a field is no value of its element.
    """
    if block.identifier == LIBRARY:
        _add_library_fields(found, block.data)
    for oid, text in zip(TEXT_FIELDS.get(block.identifier, ()), _texts(block.data), strict=False):
        if text:
            found.setdefault(oid, _value(oid, text))


def _add_library_fields(found: dict[int, ElementValue], data: bytes) -> None:
    """Media format, then the item and the owner that the basic block could not hold, or else
    alternatives to them. A media format of zero in front of other fields was not given.
    """
    if data[:1] > b"\x00" or len(data) == 1:
        found.setdefault(MEDIA_OID, data[0])
    item, owner = (*_texts(data[1:]), "", "")[:2]
    if item:
        found.setdefault(ALTERNATIVE_ITEM_OID if ITEM_OID in found else ITEM_OID, item)
    if owner:
        is_owner = OWNER_OID not in found and ISIL.fullmatch(owner)
        found.setdefault(OWNER_OID if is_owner else ALTERNATIVE_OWNER_OID, owner)


def _texts(data: bytes) -> list[str]:
    return [text_of(field) for field in data.split(b"\x00")]


def text_of(raw: bytes) -> str:
    """UTF-8, or where it is none, ISO 8859-1; in NFC."""
    try:
        return normalize("NFC", raw.decode())
    except UnicodeDecodeError:
        return normalize("NFC", raw.decode("latin-1"))


def _value(oid: int, text: str) -> ElementValue:
    """A code is met as digits and as the byte itself; how the standard wants it is not known."""
    if element_of(oid).format is not Format.CODE:
        return text
    if text.isascii() and text.isdecimal() and int(text) <= 255:
        return int(text)
    if len(text) > 1 or ord(text) > 255:
        raise ValueError("it is not one byte")
    return ord(text)


def encode_blocks(values: Mapping[int, ElementValue]) -> bytes:
    """The extension blocks for the elements that the basic block does not hold, without the end
    block. `values` by object identifier. Raises TagEncodingError.
    """
    _refuse_what_has_no_place(values)
    blocks = [Block(LIBRARY, data) for data in _library_data(values)]
    for identifier, oids in TEXT_FIELDS.items():
        data = _fields([str(values.get(oid, "")) for oid in oids])
        if data:
            blocks.append(Block(identifier, data))
    return b"".join(map(_framed, blocks))


def _refuse_what_has_no_place(values: Mapping[int, ElementValue]) -> None:
    places = {MEDIA_OID, ITEM_OID, ALTERNATIVE_ITEM_OID, OWNER_OID, ALTERNATIVE_OWNER_OID}.union(
        *TEXT_FIELDS.values()
    )
    for oid in sorted(values.keys() - places):
        raise _no_place(oid, "has no place in ISO 28560-3")
    for oid, alternative in ((ITEM_OID, ALTERNATIVE_ITEM_OID), (OWNER_OID, ALTERNATIVE_OWNER_OID)):
        if {oid, alternative} <= values.keys():
            raise _no_place(alternative, f"would stand where the long {element_of(oid).name} must")


def _no_place(oid: int, reason: str) -> TagEncodingError:
    name = element_of(oid).name
    return TagEncodingError(
        EncodingCode.NO_PLACE_IN_MODEL, f"{name} {reason}: leave it out, or use ISO 28560-2."
    )


def _library_data(values: Mapping[int, ElementValue]) -> Iterator[bytes]:
    media = values.get(MEDIA_OID)
    item = values.get(ITEM_OID, values.get(ALTERNATIVE_ITEM_OID, ""))
    owner = values.get(OWNER_OID, values.get(ALTERNATIVE_OWNER_OID, ""))
    texts = _fields([str(item), str(owner)])
    if media == 0 and texts:
        yield b"\x00"  # in front of texts it would read as "not given"
    if media is not None or texts:
        yield (media if isinstance(media, int) else 0).to_bytes() + texts


def _fields(texts: list[str]) -> bytes:
    """Each text ends in a zero byte, empty ones too; those at the end are left off."""
    return "\x00".join(texts).rstrip("\x00").encode()


def _framed(block: Block) -> bytes:
    length = HEAD + len(block.data)
    if length > 255:
        raise TagEncodingError(
            EncodingCode.TOO_LONG,
            f"Extension block {block.identifier} would need {length} bytes, at most 255 are "
            "possible: shorten its texts.",
        )
    head = bytes([length]) + block.identifier.to_bytes(2, "little")
    return head + bytes([reduce(xor, head + block.data)]) + block.data
