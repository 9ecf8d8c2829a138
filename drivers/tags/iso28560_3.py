"""ISO 28560-3, the "Danish model": a basic block of 34 bytes (32 on small tags), then extensions.

Layout, checksum and vectors: docs/protocols/tags.md, "ISO 28560-3".
"""

from msgspec import structs

from drivers.tags import isil
from drivers.tags.basic_block import (
    BASIC_BLOCK,
    CHECKSUM,
    IDENTIFIER,
    IDENTIFIER_LENGTH,
    LONG_IDENTIFIER,
    OWNER,
    SHORT_BASIC_BLOCK,
    Checksum,
    basic_block,
    checksum_of,
    computed_checksum,
    stored_checksum,
)
from drivers.tags.content import Layout, TagContent, TagModel, VersionNibble
from drivers.tags.element_rules import checked
from drivers.tags.elements import (
    ITEM_OID,
    OWNER_OID,
    SET_OID,
    USAGE_OID,
    Elements,
    ElementValue,
    SetInformation,
    element_of,
    elements_of,
    present,
    unprintable,
)
from drivers.tags.extension_blocks import add_fields, encode_blocks, read_blocks, text_of
from drivers.tags.memory_image import filled, turned
from drivers.tags.problems import EncodingCode, Problem, ProblemCode, TagEncodingError

DSFID = 0x3E
VERSION = 1
IN_BASIC_BLOCK = {SET_OID, USAGE_OID}
CIRCULATING = "10"
SINGLE_PART = SetInformation(1, 1)


def read(memory: bytes, *, reversed_blocks: bool = False, block_size: int = 4) -> TagContent:
    """Read a memory in natural order as ISO 28560-3, whatever it is.

    `reversed_blocks` and `block_size` say how it stood on the tag.
    """
    basic = basic_block(memory)
    found, version_nibble, problems = _read_basic(basic)
    walk = read_blocks(memory, BASIC_BLOCK)
    for block in walk.blocks:
        try:
            add_fields(found, block)
        except ValueError as error:
            problems.append(_undecodable(block.identifier, block.data, error))
    if reversed_blocks:
        problems.append(Problem.of(ProblemCode.REVERSED_BLOCKS))
    problems += [*_checksum_problems(basic), *_identifier_problems(basic, found), *walk.problems]
    for oid, value in found.items():
        problems += unprintable(element_of(oid), value)
    return TagContent(
        model=TagModel.ISO28560_3,
        elements=elements_of(found),
        problems=tuple(problems),
        layout=Layout(version_nibble, reversed_blocks, block_size),
        needs_more=len(memory) < SHORT_BASIC_BLOCK
        or (len(memory) >= BASIC_BLOCK and walk.unfinished),
    )


def _undecodable(block: int, data: bytes, reason: ValueError) -> Problem:
    return Problem.of(
        ProblemCode.ELEMENT_UNDECODABLE,
        name=f"A field of extension block {block}",
        data=data.hex(" ").upper(),
        reason=reason,
    )


def _read_basic(basic: bytes) -> tuple[dict[int, ElementValue], VersionNibble, list[Problem]]:
    usage, nibble, problems = _first_byte(basic[0])
    counted = SetInformation(basic[1], basic[2])
    if counted.part > counted.parts > 0:
        details = {"part": counted.part, "parts": counted.parts}
        problems.append(Problem.of(ProblemCode.PART_BEYOND_PARTS, **details))
    found: dict[int, ElementValue] = {USAGE_OID: f"{usage:X}0", SET_OID: counted}
    item = basic[IDENTIFIER].split(b"\x00")[0]
    if item and item[0] != LONG_IDENTIFIER:
        found[ITEM_OID] = text_of(item)
    owner = isil.with_hyphen(basic[OWNER])
    if owner:
        found[OWNER_OID] = owner
    return found, nibble, problems


def _first_byte(byte: int) -> tuple[int, VersionNibble, list[Problem]]:
    """Class of usage and where the version stands: it is the half that is 1."""
    high, low = divmod(byte, 16)
    if low == VERSION:
        return high, VersionNibble.LOW, []
    if high == VERSION:
        return low, VersionNibble.HIGH, []
    return high, VersionNibble.LOW, [Problem.of(ProblemCode.NO_VERSION, byte=byte)]


def _checksum_problems(basic: bytes) -> list[Problem]:
    match checksum_of(basic):
        case Checksum.FITS:
            return []
        case Checksum.FITS_32_BYTES:
            return [Problem.of(ProblemCode.CRC_OVER_32_BYTES)]
        case Checksum.WRONG:
            numbers = {"stored": stored_checksum(basic), "computed": computed_checksum(basic)}
            return [Problem.of(ProblemCode.CRC_MISMATCH, **numbers)]


def _identifier_problems(basic: bytes, found: dict[int, ElementValue]) -> list[Problem]:
    problems = []
    if ITEM_OID not in found:
        problems.append(Problem.of(ProblemCode.IDENTIFIER_MISSING))
    elif basic[IDENTIFIER][0] == LONG_IDENTIFIER:
        problems.append(Problem.of(ProblemCode.IDENTIFIER_IN_EXTENSION))
    if OWNER_OID in found and not any(basic[OWNER]):
        problems.append(Problem.of(ProblemCode.OWNER_IN_EXTENSION))
    return problems


def as_written(elements: Elements) -> Elements:
    """Checked elements with what the basic block always says: a circulating item, part 1 of 1.

    Raises TagEncodingError.
    """
    sound = checked(elements)
    return structs.replace(
        sound,
        type_of_usage=sound.type_of_usage or CIRCULATING,
        set_information=sound.set_information or SINGLE_PART,
    )


def encode_iso28560_3(
    elements: Elements, size: int | None = None, *, layout: Layout | None = None
) -> bytes:
    """The user memory of a tag of `size` bytes; without a size, the fewest whole blocks that end
    in an end block.

    An identifier over 16 bytes and an owner that the basic block cannot hold go to the library
    extension block. `layout` is the library's setting, or what was found on the tag.
    Raises TagEncodingError when an element is unfit for writing or the data do not fit.
    """
    layout = layout or Layout()
    if size is not None and size < SHORT_BASIC_BLOCK:
        raise TagEncodingError(
            EncodingCode.TAG_TOO_SMALL,
            f"A tag of {size} bytes is too small: ISO 28560-3 needs {SHORT_BASIC_BLOCK}.",
        )
    written = as_written(elements)
    values = {e.oid: value for e, value in present(written) if e.oid not in IN_BASIC_BLOCK}
    room = min(size if size is not None else BASIC_BLOCK, BASIC_BLOCK)
    basic = _head(written, layout.version_nibble) + _taken_item(values) + b"\x00\x00"
    basic = _with_checksum(basic + _taken_owner(values, room))[:room]
    memory = filled(basic + encode_blocks(values), size, layout.block_size)
    return turned(memory, layout.block_size) if layout.reversed_blocks else memory


def _head(elements: Elements, nibble: VersionNibble) -> bytes:
    counted = elements.set_information or SINGLE_PART
    usage = elements.type_of_usage or CIRCULATING
    return bytes([_usage_byte(usage, nibble), counted.parts, counted.part])


def _taken_item(values: dict[int, ElementValue]) -> bytes:
    """The identifier field; takes the identifier out of `values` when it fits."""
    item = str(values[ITEM_OID]).encode()
    if len(item) > IDENTIFIER_LENGTH:
        item = bytes([LONG_IDENTIFIER])
    else:
        del values[ITEM_OID]
    return item.ljust(IDENTIFIER_LENGTH, b"\x00")


def _taken_owner(values: dict[int, ElementValue], room: int) -> bytes:
    """The owner field; takes the owner out of `values` when it fits a block of `room` bytes."""
    owner = isil.without_hyphen(str(values.get(OWNER_OID, "")))
    if owner is None or len(owner) > room - OWNER.start:
        return b""
    values.pop(OWNER_OID, None)
    return owner


def _with_checksum(basic: bytes) -> bytes:
    filled = basic_block(basic)
    checksum = computed_checksum(filled).to_bytes(2, "little")
    return filled[: CHECKSUM.start] + checksum + filled[CHECKSUM.stop :]


def _usage_byte(usage: str, nibble: VersionNibble) -> int:
    if usage[1] != "0":
        raise TagEncodingError(
            EncodingCode.NO_PLACE_IN_MODEL,
            f"ISO 28560-3 keeps only the class of type_of_usage: write {usage[0]}0, "
            "or use ISO 28560-2.",
        )
    if nibble is VersionNibble.LOW:
        return int(usage[0], 16) << 4 | VERSION
    return VERSION << 4 | int(usage[0], 16)
