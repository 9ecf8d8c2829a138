import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.basic_block import Checksum, checksum_of
from drivers.tags.content import TagContent, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.elements import Elements, SetInformation
from drivers.tags.iso28560_2 import encode_iso28560_2
from drivers.tags.iso28560_3 import encode_iso28560_3
from drivers.tags.memory_image import turned
from drivers.tags.problems import ProblemCode
from tests.unit.drivers.tags.strategies import memories

ITEM = Elements(primary_item_identifier="TK.00003", owner_institution="VN-LC")
# One memory that is both: its bytes 19 and 20 lie inside a local text and hold the checksum.
BOTH = (
    "61 0E 54 4B 2E 30 30 30 30 33 30 30 30 30 30 33 66 06 41 47 54 43 52 41"
    "00 00 00 00 00 00 00 00 00 00 00 00"
)


def codes(content: TagContent) -> list[ProblemCode]:
    return [problem.code for problem in content.problems]


@given(
    memories,
    st.none() | st.integers(0, 255),
    st.sampled_from([1, 2, 4, 8, 16, 256]),
    st.integers(0, 20),
)
def test_any_bytes_give_a_typed_result(
    memory: bytes, dsfid: int | None, block_size: int, zero_fill_to: int
) -> None:
    content = decode_tag(memory, dsfid=dsfid, block_size=block_size, zero_fill_to=zero_fill_to)
    assert isinstance(content, TagContent)
    assert content.valid == (not content.suspect and content.valid)
    assert all(problem.sentence for problem in content.problems)


@given(st.sampled_from([0x11, 0x21, 0x61, 0x91, 0x01, 0x02]), memories)
def test_bytes_that_begin_like_a_chain_give_a_typed_result(first: int, memory: bytes) -> None:
    assert isinstance(decode_tag(bytes([first]) + memory, dsfid=6), TagContent)


def test_no_bytes_at_all() -> None:
    content = decode_tag(b"")
    assert content.model is TagModel.UNKNOWN
    assert codes(content) == [ProblemCode.NOTHING_READ]
    assert content.needs_more


@pytest.mark.parametrize(
    "memory",
    [
        bytes(36),
        bytes(112),
        bytes(4),
        b"\x55" * 112,
        b"\x55" * 24 + bytes(4),
        b"\x55" * 24 + bytes(84),
        bytes(36) + b"old data far behind",
    ],
)
def test_blank_tags(memory: bytes) -> None:
    content = decode_tag(memory)
    assert content.model is TagModel.BLANK
    assert content.valid
    assert not content.needs_more


def test_a_phone_tag_is_no_library_tag() -> None:
    content = decode_tag(bytes.fromhex("E1 40 0E 01 03 0B D1 01 07 55 01") + b"vi.org\xfe")
    assert content.model is TagModel.NDEF
    assert codes(content) == [ProblemCode.NOT_A_LIBRARY_TAG]


# docs/protocols/tags.md, "3M RFID 501"
@pytest.mark.parametrize(
    ("head", "barcode"), [("04 11 00 00", "200901010123"), ("04 11 00 01", "1302003767")]
)
def test_3m_tags(head: str, barcode: str) -> None:
    memory = bytes.fromhex(head) + barcode.encode().ljust(16, b"\x00") + bytes(8)
    content = decode_tag(memory)
    assert content.model is TagModel.RFID501
    assert content.item_identifier == barcode
    assert content.elements.set_information == SetInformation(1, 1)


def test_second_of_three_3m_tags() -> None:
    content = decode_tag(b"\x04\x23\x00\x01" + b"1302003767".ljust(16, b"\x00"))
    assert (content.parts, content.part) == (3, 2)


@pytest.mark.parametrize(
    "memory",
    [
        b"\x04\x11\x01\x01" + b"1302003767".ljust(16, b"\x00"),
        b"\x04\x11\x00\x01" + bytes(16),
        b"\x04\x11\x00\x01" + b"13020\x0003767".ljust(16, b"\x00"),
        b"\x04\x11\x00\x01" + b"1302003767",
        b"\xff" * 112,
        b"Hello, this text is on no library tag.",
        bytes(range(200, 236)),
    ],
)
def test_what_no_model_explains(memory: bytes) -> None:
    content = decode_tag(memory)
    assert content.model is TagModel.UNKNOWN
    assert codes(content) == [ProblemCode.UNKNOWN_CONTENT]
    assert not content.valid


def test_a_bibliotheca_tag_is_told_by_its_tail() -> None:
    memory = bytes.fromhex("3A 7C 91 E2 05 D4 88 1F") + bytes(22) + b"\xf5\x55"
    assert codes(decode_tag(memory)) == [ProblemCode.UNSUPPORTED_MODEL]


def test_one_set_alone_is_enough_when_nothing_else_fits() -> None:
    for text in ("11 06 1C 68 3B 79 C4 3B 00", "61 08 54 44 31 32 33 34 35 36"):
        for behind in ("", "00" * 80, "00" * 80 + "DEADBEEF"):
            content = decode_tag(bytes.fromhex(text + behind))
            assert content.model is TagModel.ISO28560_2
            assert content.valid


def test_dsfid_decides_between_two_models_that_both_fit() -> None:
    memory = bytes.fromhex(BOTH)
    assert checksum_of(memory) is Checksum.FITS
    assert decode_tag(memory).model is TagModel.ISO28560_3
    assert decode_tag(memory, dsfid=0x3E).model is TagModel.ISO28560_3
    assert decode_tag(memory, dsfid=0x06).model is TagModel.ISO28560_2
    assert decode_tag(memory, dsfid=0x06).item_identifier == "TK.00003000003"


@pytest.mark.parametrize("dsfid", [None, 0x00, 0x06, 0x3E, 0xFF])
def test_a_wrong_dsfid_overrules_no_data(dsfid: int | None) -> None:
    part_2, part_3 = encode_iso28560_2(ITEM, 112), encode_iso28560_3(ITEM, 112)
    assert decode_tag(part_2, dsfid=dsfid).model is TagModel.ISO28560_2
    assert decode_tag(part_3, dsfid=dsfid).model is TagModel.ISO28560_3


def test_a_damaged_basic_block_is_not_taken_for_a_chain() -> None:
    """Part 1 of 1 and a number that begins with L: an integer, then a text in 6-bit code."""
    memory = bytearray(
        encode_iso28560_3(Elements(primary_item_identifier="L0.123456", title="Số đỏ"), 112)
    )
    memory[5] ^= 0x20
    content = decode_tag(bytes(memory))
    assert content.model is TagModel.ISO28560_3
    assert content.suspect
    # The same memory with its checksum right again is sound.
    memory[5] ^= 0x20
    assert decode_tag(bytes(memory)).valid


def test_a_chain_of_odd_values_is_doubted() -> None:
    memory = bytes.fromhex("11 06 1C 68 3B 79 C4 3B 47 03 80 00 00 00")
    content = decode_tag(memory)
    assert codes(content) == [ProblemCode.CHAIN_DOUBTFUL]
    assert content.suspect


@pytest.mark.parametrize(
    "text",
    [
        "11 08 01 63 45 78 5D 8A 00 00 03 08 08 3C 00 00 00 00 00 1F 00",
        "11 02 01 A2 65 01 20 00",
        "11 04 04 52 C7 F5 7F 02 10 25 31 40 34 7C 55 38 5F 33 53 36 72 65 73 40 6C 00",
        "41 09 05 5B B7 CB 7E 30 C3 4E 20 4F 08 09 09 5B B7 CB 7E 30 C3 4E 20 00",
        "21 08 02 00 34 54 77 90 37 01 03 05 B3 80 87 78 07 65 01 20 00",
        "41 0F 05 63 8A B4 E2 2D D4 C2 D0 D6 E4 48 33 53 E0 65 01 10 00",
        "61 10 31 30 30 33 30 31 31 38 36 30 39 37 36 30 30 32 65 01 10 00",
        "61 12 31 30 30 33 30 31 31 38 36 30 39 37 36 30 30 32 41 42 66 02 4B 31 00",
    ],
)
def test_a_sound_chain_that_resembles_a_basic_block_is_not_doubted(text: str) -> None:
    content = decode_tag(bytes.fromhex(text))
    assert content.model is TagModel.ISO28560_2
    assert content.valid


@pytest.mark.parametrize(
    "text",
    [
        # Part 1 of 1, "36..." with a flipped bit, so long that the chain ends with the block.
        "11 01 01 36 15 33 32 35 34 31 34 35 33 38 35 35 38 33 38 47 7B 44 45 37 30 35",
        # An offset of 76 bytes, over data that are no padding.
        "11 01 01 D4 4C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 4B 6D 56 4C 48 4E 30 31",
        # Digits "753" with a flipped bit: an integer, then a content parameter.
        "11 05 01 37 35 33 00 02 08 00 00 10 00 00 00 00 00 00 00 C7 9D 44 45 37 30 35",
        # Library equipment: a number as an integer, then an offset over data that are no padding.
        "91 0C 08 31 32 31 35 33 39 30 35 34 33 34 37 00 00 00 00 DE 4C",
        # Part 65 of 2, then a supplier in 6-bit code whose zeros read as a run of "@".
        "21 02 41 42 49 4A 34 43 4D 49 56 4B 2E 36 00 00 00 00 00 F9 B1 44 4B 37 31 38 35 30 30",
        # The first byte of a patron card, read as a set with an offset.
        "81 0C 0C 31 38 35 32 36 35 31 32 36 35 39 B3 00 00 00 00 63 70 44 45 37 38 35",
    ],
)
def test_a_damaged_basic_block_found_by_search_is_not_taken_for_a_chain(text: str) -> None:
    content = decode_tag(bytes.fromhex(text).ljust(320, b"\x00"))
    assert not content.valid


def test_a_damaged_tag_whose_checksum_fits_the_other_way_round_is_still_damaged() -> None:
    text = "21 01 01 2D 50 4D 53 4B 54 50 4C 49 47 34 2E 00 00 00 00 17 48 00 48"
    memory = bytes.fromhex(text).ljust(40, b"\x00")
    assert checksum_of(turned(memory, 4)) is Checksum.FITS
    assert decode_tag(memory).suspect


def test_reversed_blocks_of_a_suspect_tag() -> None:
    memory = bytearray(encode_iso28560_3(ITEM, 112))
    memory[19] ^= 1
    content = decode_tag(turned(bytes(memory), 4))
    assert content.model is TagModel.ISO28560_3
    assert content.item_identifier == "TK.00003"
    assert codes(content) == [ProblemCode.REVERSED_BLOCKS, ProblemCode.CRC_MISMATCH]


@pytest.mark.parametrize("length", range(1, 32))
def test_a_few_bytes_only_ask_for_more(length: int) -> None:
    for memory in (encode_iso28560_3(ITEM, 112), encode_iso28560_2(ITEM, 112)):
        content = decode_tag(memory[:length])
        assert content.needs_more or content.valid


def test_36_bytes_are_enough_for_an_ordinary_tag() -> None:
    for memory in (encode_iso28560_3(ITEM, 112), encode_iso28560_2(ITEM, 112)):
        content = decode_tag(memory[:36])
        assert content == decode_tag(memory)
        assert not content.needs_more
