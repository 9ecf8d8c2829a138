import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.content import TagContent
from drivers.tags.detect import decode_tag
from drivers.tags.elements import ElementValue, by_name
from drivers.tags.extension_blocks import Walk, encode_blocks, read_blocks
from drivers.tags.problems import ProblemCode

BASIC = (
    "11 01 01 31 30 30 30 30 30 30 31 33 36 00 00 00 00 00 00 36 15 44 4B 37 31 38 35 30"
    "30 00 00 00 00 00"
)
LONG_NUMBER = (
    "11 01 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 7E 4D 56 4E 48 4E 30 31 00"
    "00 00 00 00 00 00"
)
MEDIA_CD = "05 01 00 06 02"
OWNER = "0C 01 00 10 01 00 44 45 2D 31 32 33"
ACQUISITION = (
    "22 02 00 71 42 6F 67 76 6F 67 6E 65 6E 00 31 32 33 34 35 36 37 38 39 30 00 00 61 37"
    "38 39 36 35 36 63"
)
BASIC_ELEMENTS = {
    "primary_item_identifier",
    "owner_institution",
    "set_information",
    "type_of_usage",
}


def decoded(*parts: str) -> TagContent:
    return decode_tag(bytes.fromhex("".join(parts)))


def extension_of(content: TagContent) -> dict[str, ElementValue]:
    return {n: v for n, v in by_name(content.elements).items() if n not in BASIC_ELEMENTS}


def codes(content: TagContent) -> list[ProblemCode]:
    return [problem.code for problem in content.problems]


# docs/protocols/tags.md, "Extension blocks"
@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (MEDIA_CD, {"media_format_other": 2}),
        (OWNER, {"media_format_other": 1, "alternative_owner_institution": "DE-123"}),
        (
            ACQUISITION,
            {
                "supplier_identifier": "Bogvognen",
                "product_identifier_local": "1234567890",
                "supplier_invoice_number": "a789656c",
            },
        ),
        ("04 01 00 05", {}),
    ],
)
def test_worked_examples(block: str, expected: dict[str, object]) -> None:
    content = decoded(BASIC, block, "00")
    assert extension_of(content) == expected
    assert content.valid
    assert not content.needs_more


def test_worked_examples_are_written_byte_for_byte() -> None:
    assert encode_blocks({19: 2}) == bytes.fromhex(MEDIA_CD)
    assert encode_blocks({19: 1, 3: "DE-123"}) == bytes.fromhex(OWNER)
    acquisition = {9: "Bogvognen", 18: "1234567890", 21: "a789656c"}
    assert encode_blocks(acquisition) == bytes.fromhex(ACQUISITION)


def test_an_owner_in_the_extension_is_the_owner_when_the_basic_block_has_none() -> None:
    basic = bytes.fromhex("11 01 01 31") + bytes(15)
    basic += b"\x00\x00" + bytes(13)
    from binascii import crc_hqx

    crc = crc_hqx(basic[:19] + basic[21:], 0xFFFF).to_bytes(2, "little")
    memory = basic[:19] + crc + basic[21:] + bytes.fromhex(OWNER) + b"\x00"
    content = decode_tag(memory)
    assert content.owner == "DE-123"
    assert codes(content) == [ProblemCode.OWNER_IN_EXTENSION]


def test_a_long_number_is_found_in_the_library_block() -> None:
    data = b"\x01" + b"VN-HN-2026-0000012345"
    block = encode_blocks({1: "VN-HN-2026-0000012345", 19: 1})
    assert data in block
    content = decoded(LONG_NUMBER, block.hex(), "00")
    assert content.item_identifier == "VN-HN-2026-0000012345"


def test_a_second_number_is_an_alternative() -> None:
    block = encode_blocks({22: "OLD-1"})
    content = decoded(BASIC, block.hex(), "00")
    assert content.item_identifier == "1000000136"
    assert extension_of(content) == {"alternative_item_identifier": "OLD-1"}


def test_fillers_are_skipped() -> None:
    content = decoded(BASIC, "01 01", MEDIA_CD, "01 00")
    assert extension_of(content) == {"media_format_other": 2}


def test_an_unknown_block_is_skipped() -> None:
    content = decoded(BASIC, "06 07 00 00 41 40", MEDIA_CD, "00")
    assert extension_of(content) == {"media_format_other": 2}
    assert content.valid


def test_a_block_with_a_three_byte_identifier_is_skipped() -> None:
    content = decoded(BASIC, "07 01 FF 01 02 00 FA", MEDIA_CD, "00")
    assert extension_of(content) == {"media_format_other": 2}
    assert content.valid


def test_a_block_with_a_wrong_checksum_is_left_out_and_the_next_one_read() -> None:
    content = decoded(BASIC, "05 01 00 07 02", ACQUISITION, "00")
    assert "media_format_other" not in extension_of(content)
    assert extension_of(content)["supplier_identifier"] == "Bogvognen"
    assert codes(content) == [ProblemCode.EXTENSION_CHECKSUM]
    assert not content.valid
    assert not content.suspect


@pytest.mark.parametrize("length", ["02", "03"])
def test_a_length_shorter_than_its_own_head_ends_the_reading(length: str) -> None:
    content = decoded(BASIC, length, MEDIA_CD, "00")
    assert extension_of(content) == {}
    assert codes(content) == [ProblemCode.EXTENSION_LENGTH]
    assert not content.needs_more


def test_a_block_longer_than_the_memory_asks_for_more() -> None:
    content = decoded(BASIC, ACQUISITION[:9])
    assert codes(content) == [ProblemCode.EXTENSION_CUT]
    assert content.needs_more
    assert content.item_identifier == "1000000136"
    assert not content.suspect


@pytest.mark.parametrize(
    ("tail", "more"), [("", True), ("00 FF", False), ("01 01", True), (MEDIA_CD, True)]
)
def test_more_is_needed_until_an_end_was_met(tail: str, *, more: bool) -> None:
    assert decoded(BASIC, tail).needs_more is more


def test_the_same_block_twice_adds_what_the_first_did_not_say() -> None:
    first, second = encode_blocks({19: 0}), encode_blocks({22: "OLD-1"})
    content = decoded(BASIC, first.hex(), second.hex(), "00")
    assert extension_of(content) == {
        "media_format_other": 0,
        "alternative_item_identifier": "OLD-1",
    }
    assert encode_blocks({19: 0, 22: "OLD-1"}) == first + second


def test_title_in_utf8_and_in_latin_1() -> None:
    for title in ("Số đỏ".encode(), "café".encode("latin-1")):
        head = bytes([4 + len(title), 4, 0])
        checksum = 0
        for byte in head + title:
            checksum ^= byte
        content = decoded(BASIC, (head + bytes([checksum]) + title).hex(), "00")
        assert extension_of(content)["title"] in {"Số đỏ", "café"}


@pytest.mark.parametrize(("field", "stage"), [("30 33", 3), ("FD", 253), ("07", 7)])
def test_supply_stage_as_digits_or_as_a_byte(field: str, stage: int) -> None:
    data = bytes(5) + bytes.fromhex(field)
    head = bytes([4 + len(data), 2, 0])
    checksum = 0
    for byte in head + data:
        checksum ^= byte
    content = decoded(BASIC, (head + bytes([checksum]) + data).hex(), "00")
    assert extension_of(content) == {"supply_chain_stage": stage}


@given(st.binary(max_size=1024))
def test_any_bytes_behind_the_basic_block_give_a_walk(memory: bytes) -> None:
    walk = read_blocks(memory, 0)
    assert isinstance(walk, Walk)
    assert sum(4 + len(block.data) for block in walk.blocks) <= len(memory)


@given(st.binary(max_size=200))
def test_the_number_is_read_whatever_stands_behind_the_basic_block(tail: bytes) -> None:
    content = decode_tag(bytes.fromhex(BASIC) + tail)
    assert content.item_identifier == "1000000136"
    assert not content.suspect
