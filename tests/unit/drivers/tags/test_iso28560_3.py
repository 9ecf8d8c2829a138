import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.basic_block import Checksum, checksum_of
from drivers.tags.content import Layout, TagContent, TagModel, VersionNibble
from drivers.tags.detect import decode_tag
from drivers.tags.elements import Elements, SetInformation, by_name
from drivers.tags.encode import encode_tag
from drivers.tags.iso28560_3 import (
    as_written,
    encode_iso28560_3,
    read,
)
from drivers.tags.memory_image import turned
from drivers.tags.problems import EncodingCode, ProblemCode, TagEncodingError
from tests.unit.drivers.tags.strategies import elements

ANNEX_B = (
    "11 01 01 31 30 30 30 30 30 30 30 35 36 00 00 00 00 00 00 98 A4 44 4B 37 31 38 35 3030 00 00 00"
)
SHORT_OWNER = (
    "11 01 01 31 31 32 32 33 33 34 34 00 00 00 00 00 00 00 00 51 3E 44 45 37 30 35 00 0000 00 00 00"
)
OSLO = (
    "11 01 01 31 30 30 33 30 31 31 38 36 30 39 37 36 30 30 32 2F B0 4E 4F 30 32 30 33 3030 30 30 00"
)
LONG = (
    "11 01 01 31 30 30 30 30 30 30 31 33 36 00 00 00 00 00 00 36 15 44 4B 37 31 38 35 30"
    "30 00 00 00 00 00"
)
SET_OF_THREE = (
    "11 03 02 33 31 32 33 34 30 30 30 30 31 32 33 34 37 00 00 29 78 56 4E 48 4E 30 31 0000 00 00 00"
)
TOO_LONG = (
    "11 01 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 7E 4D 56 4E 48 4E 30 31 00"
    "00 00 00 00 00 00"
)
# What the basic block and the extension blocks have no field for, and the class alone of OID 5.
NO_FIELD = frozenset({2, 5, 14, 15, 16, 26})
usage_classes = st.sampled_from([None, *(f"{digit:X}0" for digit in range(16))])


def decoded(text: str, **options: int) -> TagContent:
    return decode_tag(bytes.fromhex(text), **options)


def codes(content: TagContent) -> list[ProblemCode]:
    return [problem.code for problem in content.problems]


def with_first_byte(byte: int) -> bytes:
    """The tag of annex B with another first byte and the checksum that goes with it."""
    usage, version = divmod(byte, 16)
    assert version == 1
    item = Elements(
        primary_item_identifier="1000000056",
        owner_institution="DK-718500",
        type_of_usage=f"{usage:X}0",
    )
    return encode_iso28560_3(item, 32)


# docs/protocols/tags.md, "ISO 28560-3"
@pytest.mark.parametrize(
    ("text", "number", "owner", "counted"),
    [
        (ANNEX_B, "1000000056", "DK-718500", (1, 1)),
        (SHORT_OWNER, "11223344", "DE-705", (1, 1)),
        (OSLO, "1003011860976002", "NO-02030000", (1, 1)),
        (LONG, "1000000136", "DK-718500", (1, 1)),
        (SET_OF_THREE, "31234000012347", "VN-HN01", (3, 2)),
    ],
)
def test_worked_examples(text: str, number: str, owner: str, counted: tuple[int, int]) -> None:
    content = decoded(text)
    assert by_name(content.elements) == {
        "primary_item_identifier": number,
        "owner_institution": owner,
        "set_information": SetInformation(*counted),
        "type_of_usage": "10",
    }
    assert content.model is TagModel.ISO28560_3
    assert content.valid
    memory = bytes.fromhex(text)
    assert encode_tag(TagModel.ISO28560_3, content.elements, len(memory)) == memory


def test_reference_string_of_the_checksum() -> None:
    memory = b"RFID tag data model".ljust(21, b"\x00")
    assert checksum_of(memory) is Checksum.WRONG  # zeros behind the text are part of the input


def test_a_number_of_16_characters_has_no_zero_behind_it() -> None:
    assert decoded(OSLO).item_identifier == "1003011860976002"


def test_a_number_said_to_be_elsewhere_is_missing_when_it_is_not_there() -> None:
    content = decoded(TOO_LONG)
    assert content.item_identifier is None
    assert content.owner == "VN-HN01"
    assert codes(content) == [ProblemCode.IDENTIFIER_MISSING]


@pytest.mark.parametrize(
    ("first", "usage", "nibble"),
    [
        (0x11, "10", VersionNibble.LOW),
        (0x12, "20", VersionNibble.HIGH),
        (0x21, "20", VersionNibble.LOW),
        (0x18, "80", VersionNibble.HIGH),
        (0x81, "80", VersionNibble.LOW),
        (0x10, "00", VersionNibble.HIGH),
        (0x01, "00", VersionNibble.LOW),
        (0x71, "70", VersionNibble.LOW),
        (0x1A, "A0", VersionNibble.HIGH),
    ],
)
def test_both_orders_of_the_first_byte_are_read(
    first: int, usage: str, nibble: VersionNibble
) -> None:
    content = read(bytes([first]) + bytes.fromhex(ANNEX_B)[1:])
    assert content.type_of_usage == usage
    assert content.layout.version_nibble is nibble
    assert content.is_patron_card == (usage == "80")


def test_a_first_byte_without_a_version_is_told() -> None:
    content = read(bytes([0x23]) + bytes.fromhex(ANNEX_B)[1:])
    assert content.type_of_usage == "20"
    assert ProblemCode.NO_VERSION in codes(content)


@pytest.mark.parametrize(("nibble", "first"), [("low", 0x81), ("high", 0x18)])
def test_the_order_of_the_first_byte_is_a_setting(nibble: str, first: int) -> None:
    card = Elements(primary_item_identifier="12345", type_of_usage="80")
    layout = Layout(version_nibble=VersionNibble(nibble))
    memory = encode_iso28560_3(card, layout=layout)
    assert memory[0] == first
    assert decode_tag(memory).is_patron_card


@pytest.mark.parametrize("block_size", [4, 8])
def test_reversed_blocks_are_turned_and_written_back_reversed(block_size: int) -> None:
    memory = turned(bytes.fromhex(LONG) + bytes(6), block_size)
    content = decode_tag(memory, block_size=block_size)
    assert content.item_identifier == "1000000136"
    assert content.valid
    assert content.layout.reversed_blocks
    assert codes(content) == [ProblemCode.REVERSED_BLOCKS]
    again = encode_tag(TagModel.ISO28560_3, content.elements, 40, layout=content.layout)
    assert again == memory


def test_small_tag_counts_missing_bytes_as_zero() -> None:
    full = encode_iso28560_3(
        Elements(primary_item_identifier="1", owner_institution="VN-12345678901"), 36
    )
    assert decode_tag(full).owner == "VN-12345678901"
    assert decode_tag(full[:32]).suspect


def test_zeros_cut_off_by_a_reader_are_not_missed() -> None:
    content = decode_tag(bytes.fromhex(SHORT_OWNER)[:26])
    assert content.item_identifier == "11223344"
    assert content.valid
    assert content.needs_more


@pytest.mark.parametrize("parts", [1, 40])
@pytest.mark.parametrize("in_reverse", [False, True])
def test_a_checksum_over_32_bytes_is_suspect_with_its_cause(
    parts: int, *, in_reverse: bool
) -> None:
    counted = SetInformation(parts, 1)
    written, summed = (
        encode_iso28560_3(
            Elements(primary_item_identifier="1", owner_institution=owner, set_information=counted),
            size,
        )
        for owner, size in (("VN-12345678901", 112), ("VN-123456789", 32))
    )
    memory = written[:19] + summed[19:21] + written[21:]
    content = decode_tag(turned(memory, 4) if in_reverse else memory)
    told = [ProblemCode.REVERSED_BLOCKS] if in_reverse else []
    assert codes(content) == [*told, ProblemCode.CRC_OVER_32_BYTES]
    assert content.owner == "VN-12345678901"
    assert not content.valid
    assert content.suspect


@given(elements(without=NO_FIELD | {22, 23}), st.integers(1, 3), st.data())
def test_no_flipped_bit_of_the_basic_block_goes_unnoticed(
    item: Elements, flips: int, data: st.DataObject
) -> None:
    """The checksum finds up to three flips; no other model may claim the damaged tag instead."""
    memory = bytearray(encode_iso28560_3(item, 1024))
    bits = data.draw(st.lists(st.integers(0, 271), min_size=flips, max_size=flips, unique=True))
    for bit in bits:
        memory[bit // 8] ^= 1 << bit % 8
    assert not decode_tag(bytes(memory)).valid


def test_a_tag_torn_away_before_the_last_block_was_written_is_suspect() -> None:
    memory = bytes.fromhex(LONG)[:16] + bytes(24)
    content = decode_tag(memory)
    assert content.model is TagModel.ISO28560_3
    assert content.suspect
    assert content.item_identifier == "1000000136"


def test_a_part_beyond_the_set_is_told() -> None:
    memory = read(b"\x11\x02\x03" + bytes.fromhex(LONG)[3:])
    assert ProblemCode.PART_BEYOND_PARTS in codes(memory)


@pytest.mark.parametrize(
    ("counted", "parts", "part"), [((0, 0), 1, 1), ((1, 0), 1, 1), ((3, 2), 3, 2)]
)
def test_a_single_part_is_part_one_of_one(counted: tuple[int, int], parts: int, part: int) -> None:
    item = Elements(primary_item_identifier="1", set_information=SetInformation(*counted))
    content = decode_tag(encode_iso28560_3(item))
    assert content.elements.set_information == SetInformation(*counted)
    assert (content.parts, content.part) == (parts, part)


@given(elements(without=NO_FIELD), usage_classes)
def test_what_is_written_is_read_again(item: Elements, usage: str | None) -> None:
    wanted = Elements(**{**by_name(item), "type_of_usage": usage})  # type: ignore[arg-type]
    try:
        memory = encode_tag(TagModel.ISO28560_3, wanted)
    except TagEncodingError as error:
        reasons = {EncodingCode.NO_PLACE_IN_MODEL, EncodingCode.NOT_READABLE_AGAIN}
        if error.code not in reasons:
            raise
        return
    content = decode_tag(memory)
    assert content.elements == as_written(wanted)
    assert content.valid
    assert not content.needs_more


def test_what_the_basic_block_always_says_is_filled_in() -> None:
    content = decode_tag(encode_iso28560_3(Elements(primary_item_identifier="TK.00003")))
    assert content.type_of_usage == "10"
    assert content.elements.set_information == SetInformation(1, 1)


def test_without_a_size_the_memory_ends_in_an_end_block() -> None:
    assert len(encode_iso28560_3(Elements(primary_item_identifier="TK.00003"))) == 36


def test_a_long_number_moves_to_the_extension_and_that_is_told() -> None:
    item = Elements(primary_item_identifier="VN-HN-2026-0000012345", owner_institution="VN-HN01")
    memory = encode_tag(TagModel.ISO28560_3, item, 112)
    content = decode_tag(memory)
    assert memory[3:19] == b"\x01".ljust(16, b"\x00")
    assert content.item_identifier == "VN-HN-2026-0000012345"
    assert codes(content) == [ProblemCode.IDENTIFIER_IN_EXTENSION]
    assert content.valid


@pytest.mark.parametrize("owner", ["OCLC-ABC", "CN-440100-0-9999", "ZDB-1"])
def test_an_owner_that_cannot_be_squeezed_moves_to_the_extension(owner: str) -> None:
    item = Elements(primary_item_identifier="TK.00003", owner_institution=owner)
    content = decode_tag(encode_tag(TagModel.ISO28560_3, item, 112))
    assert content.owner == owner
    assert codes(content) == [ProblemCode.OWNER_IN_EXTENSION]


def test_a_number_is_measured_in_bytes() -> None:
    fits = Elements(primary_item_identifier="Đ" * 8)
    too_long = Elements(primary_item_identifier="Đ" * 8 + "1")
    assert codes(decode_tag(encode_iso28560_3(fits))) == []
    content = decode_tag(encode_iso28560_3(too_long))
    assert codes(content) == [ProblemCode.IDENTIFIER_IN_EXTENSION]


@pytest.mark.parametrize(
    ("changes", "size", "code"),
    [
        ({"title": "Số đỏ"}, 32, EncodingCode.TOO_LONG),
        ({"primary_item_identifier": "1" * 17}, 32, EncodingCode.TOO_LONG),
        ({"owner_institution": "VN-12345678901"}, 32, EncodingCode.TOO_LONG),
        ({"title": "Số đỏ"}, 40, EncodingCode.TOO_LONG),
        ({"title": "x" * 252}, 1024, EncodingCode.TOO_LONG),
        ({}, 31, EncodingCode.TAG_TOO_SMALL),
        ({"type_of_usage": "13"}, 112, EncodingCode.NO_PLACE_IN_MODEL),
        ({"local_data_a": "x"}, 112, EncodingCode.NO_PLACE_IN_MODEL),
        ({"content_parameter": (3,)}, 112, EncodingCode.NO_PLACE_IN_MODEL),
        (
            {"primary_item_identifier": "1" * 17, "alternative_item_identifier": "2"},
            112,
            EncodingCode.NO_PLACE_IN_MODEL,
        ),
        ({"alternative_owner_institution": "DE-123"}, 112, EncodingCode.NOT_READABLE_AGAIN),
        ({"set_information": SetInformation(256, 1)}, 112, EncodingCode.WRONG_VALUE),
    ],
)
def test_nothing_is_cut_silently(changes: dict[str, object], size: int, code: EncodingCode) -> None:
    values: dict[str, object] = {"primary_item_identifier": "TK.00003", **changes}
    item = Elements(**values)  # type: ignore[arg-type]
    with pytest.raises(TagEncodingError) as refused:
        encode_tag(TagModel.ISO28560_3, item, size)
    assert refused.value.code is code


def test_a_blank_tag_is_not_written_as_a_model() -> None:
    with pytest.raises(ValueError, match="not written"):
        encode_tag(TagModel.BLANK, Elements(primary_item_identifier="1"))
