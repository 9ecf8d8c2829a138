import pytest
from hypothesis import given

from drivers.tags.content import TagContent, TagModel
from drivers.tags.detect import decode_tag
from drivers.tags.element_rules import checked
from drivers.tags.elements import Elements, SetInformation, by_name
from drivers.tags.encode import encode_tag
from drivers.tags.iso28560_2 import DSFID, encode_iso28560_2, read
from drivers.tags.problems import EncodingCode, ProblemCode, TagEncodingError
from tests.unit.drivers.tags.strategies import elements

REAL_TAG = "61 08 54 44 31 32 33 34 35 36 02 01 B8 03 09 1B 81 E4 40 10 0A 0A 99 99 65 01 10 00"
ANNEX_D = "91 00 05 1C BE 99 1A 14 02 01 D0 14 02 04 B3 46 07 44 1C B6 E2 E3 35 D6"
ITEM = "11 06 1C 68 3B 79 C4 3B "


def decoded(text: str, dsfid: int | None = None) -> TagContent:
    return decode_tag(bytes.fromhex(text), dsfid=dsfid)


def codes(content: TagContent) -> list[ProblemCode]:
    return [problem.code for problem in content.problems]


# docs/protocols/tags.md, "ISO 28560-2"
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            REAL_TAG,
            {
                "primary_item_identifier": "TD123456",
                "content_parameter": (3, 5, 6, 7),
                "owner_institution": "CN-440100-0-9999",
                "type_of_usage": "10",
            },
        ),
        (
            ANNEX_D,
            {
                "primary_item_identifier": "123456789012",
                "content_parameter": (3, 4, 6),
                "set_information": SetInformation(12, 3),
                "shelf_location": "QA268.L55",
            },
        ),
        (
            ITEM + "03 05 B3 80 87 78 07 05 01 11",
            {
                "primary_item_identifier": "31234000012347",
                "owner_institution": "VN-HN01",
                "type_of_usage": "11",
            },
        ),
        (ITEM + "7F 02 0A 53 E1 BB 91 20 C4 91 E1 BB 8F", {"title": "Số đỏ"}),
        ("91 03 06 1C 68 3B 79 C4 3B 00 00 00 65 01 10", {"type_of_usage": "10"}),
        (ITEM + "36 04 08 86 42 98", {"shelf_location": "ABCDEF"}),
        (ITEM + "56 05 C3 8B 1A D6 3F", {"shelf_location": "abc-1"}),
    ],
)
def test_worked_examples(text: str, expected: dict[str, object]) -> None:
    content = decoded(text)
    assert content.model is TagModel.ISO28560_2
    assert content.valid
    assert by_name(content.elements).items() >= expected.items()


@pytest.mark.parametrize("compaction", ["05", "15", "25", "65"])
def test_type_of_usage_is_read_in_every_compaction_met(compaction: str) -> None:
    assert decoded(ITEM + compaction + " 01 11").type_of_usage == "11"


@pytest.mark.parametrize(
    ("written", "parts", "part"),
    [
        ("14 01 15", 2, 1),
        ("24 01 21", 2, 1),
        ("14 01 05", 0, 5),
        ("14 01 69", 1, 5),
        ("14 02 04 B3", 12, 3),
        ("24 02 02 01", 2, 1),
        ("14 03 01 86 A1", 100, 1),
        ("64 02 32 31", 2, 1),
    ],
)
def test_set_information_is_two_counters_of_equal_length(
    written: str, parts: int, part: int
) -> None:
    content = decoded(ITEM + written)
    assert content.elements.set_information == SetInformation(parts, part)


@pytest.mark.parametrize(
    ("counted", "written"),
    [
        (SetInformation(2, 1), "14 01 15"),
        (SetInformation(12, 3), "14 02 04 B3"),
        (SetInformation(100, 1), "14 03 01 86 A1"),
    ],
)
def test_set_information_is_written_as_short_as_its_larger_counter(
    counted: SetInformation, written: str
) -> None:
    item = Elements(primary_item_identifier="31234000012347", set_information=counted)
    assert encode_iso28560_2(item).startswith(bytes.fromhex(ITEM + written))


@pytest.mark.parametrize("compaction", ["0D", "1D"])
def test_a_gtin_gets_its_leading_zeros_back(compaction: str) -> None:
    content = decoded(ITEM + compaction + " 04 49 96 02 D2")
    assert content.elements.gs1_product_identifier == "0001234567890"


@pytest.mark.parametrize("empty", ["06 00", "66 01 00", "47 01 00", "03 00", "63 01 00"])
def test_an_element_left_empty_is_absent(empty: str) -> None:
    content = decoded(ITEM + empty)
    assert list(by_name(content.elements)) == ["primary_item_identifier"]
    assert content.valid


def test_acquisition_item_is_a_usage_though_its_byte_is_zero() -> None:
    assert decoded(ITEM + "65 01 00").type_of_usage == "00"


def test_owner_as_octets_is_read() -> None:
    assert decoded(ITEM + "63 05 56 4E 2D 4C 43").owner == "VN-LC"


def test_media_format_and_supply_stage_as_octets() -> None:
    content = decoded(ITEM + "6F 04 01 06 6F 05 01 30")
    assert content.elements.media_format_other == 6
    assert content.elements.supply_chain_stage == 48


def test_content_parameter_may_have_zero_bytes_and_an_offset() -> None:
    content = decoded("82 01 02 B8 00 00" + ITEM)
    assert content.elements.content_parameter == (3, 5, 6, 7)
    assert content.item_identifier == "31234000012347"


def test_extension_of_the_identifier_stands_before_the_offset() -> None:
    content = decoded(ITEM + "FF 02 01 02 41 42 00 65 01 10")
    assert content.elements.title == "AB"
    assert content.type_of_usage == "10"


def test_unnamed_elements_keep_their_number() -> None:
    content = decoded(ITEM + "6F 0F 02 41 42")
    assert by_name(content.elements)["oid_30"] == "AB"
    assert encode_iso28560_2(content.elements)[8:].startswith(b"\x7f\x0f\x02AB")


def test_zeros_in_front_of_the_number_are_not_invented_and_not_lost() -> None:
    memory = encode_iso28560_2(Elements(primary_item_identifier="0012345"))
    assert decode_tag(memory).item_identifier == "0012345"
    assert decode_tag(bytes.fromhex("11 02 30 39 00")).item_identifier == "12345"
    assert decode_tag(bytes.fromhex("11 02 30 39 00"), zero_fill_to=8).item_identifier == "00012345"


def test_texts_come_out_composed() -> None:
    content = decoded(ITEM + "7F 02 05 " + "Sô\u0301".encode().hex())
    assert content.elements.title == "Số"


def test_octets_outside_ascii_are_iso_8859_1() -> None:
    assert decoded(ITEM + "66 04 63 61 66 E9").elements.shelf_location == "café"


@pytest.mark.parametrize("end", range(9, 27))
def test_memory_that_ends_inside_the_chain_asks_for_more(end: int) -> None:
    content = decode_tag(bytes.fromhex(REAL_TAG)[:end], dsfid=DSFID)
    assert content.model is TagModel.ISO28560_2
    assert content.needs_more
    assert content.item_identifier in {"TD123456", None}


def test_memory_that_ends_with_a_zero_byte_needs_no_more() -> None:
    assert not decoded(REAL_TAG).needs_more


def test_a_cut_chain_is_not_valid_and_its_number_not_trusted() -> None:
    content = decoded(REAL_TAG[: 25 * 3], DSFID)
    assert codes(content) == [ProblemCode.CHAIN_CUT]
    assert not content.valid
    assert content.suspect


@pytest.mark.parametrize("rest", ["06 80 41", "10 01 41", "F0 01 41"])
def test_a_length_of_128_or_an_identifier_of_zero_breaks_the_chain(rest: str) -> None:
    content = decoded(ITEM + "65 01 10 " + rest)
    assert content.model is TagModel.ISO28560_2
    assert codes(content) == [ProblemCode.CHAIN_BROKEN]
    assert content.suspect


def test_bytes_behind_the_end_do_not_matter() -> None:
    content = decoded(REAL_TAG + "00 00 00 FF 13 37 A5")
    assert content.valid
    assert not content.needs_more


def test_of_an_element_given_twice_the_first_counts() -> None:
    content = decoded(ITEM + "65 01 10 65 01 20", DSFID)
    assert content.type_of_usage == "10"
    assert codes(content) == [ProblemCode.ELEMENT_TWICE]


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ("26 02 1A 23", "shelf_location"),
        ("64 02 41 42", "set_information"),
        ("65 03 31 30 30", "type_of_usage"),
        ("6F 04 02 01 01", "media_format_other"),
        ("76 02 C3 28", "shelf_location"),
        ("36 05 00 00 00 00 00", "shelf_location"),
    ],
)
def test_an_undecodable_element_is_named_and_the_others_stay(rest: str, name: str) -> None:
    content = decoded(ITEM + rest, DSFID)
    assert codes(content) == [ProblemCode.ELEMENT_UNDECODABLE]
    assert content.problems[0].sentence.startswith(name)
    assert content.item_identifier == "31234000012347"
    assert not content.valid
    assert not content.suspect


def test_control_characters_in_the_number_make_it_suspect() -> None:
    content = decoded("61 04 41 1B 5B 32 65 01 10", DSFID)
    assert codes(content) == [ProblemCode.IDENTIFIER_UNPRINTABLE]
    assert content.suspect


def test_no_number_on_the_tag() -> None:
    content = decoded("01 00 65 01 10", DSFID)
    assert content.item_identifier is None
    assert codes(content) == [ProblemCode.IDENTIFIER_MISSING]


def test_patron_card_is_known_by_its_class() -> None:
    assert decoded(ITEM + "65 01 83").is_patron_card
    assert not decoded(ITEM + "65 01 18").is_patron_card


@given(elements())
def test_what_is_written_is_read_again(item: Elements) -> None:
    memory = encode_iso28560_2(item)
    reading = read(memory)
    assert reading.content.elements == checked(item)
    assert reading.content.valid
    assert not reading.content.needs_more
    assert len(memory) % 4 == 0


@given(elements())
def test_what_is_written_is_detected(item: Elements) -> None:
    memory = encode_tag(TagModel.ISO28560_2, item)
    assert decode_tag(memory, dsfid=DSFID).elements == checked(item)
    unannounced = decode_tag(memory)
    assert unannounced.elements == checked(item) or unannounced.suspect


def test_usage_and_title_are_written_as_field_readers_expect() -> None:
    item = Elements(primary_item_identifier="TK.00003", type_of_usage="10", title="So do")
    memory = encode_iso28560_2(item)
    assert b"\x65\x01\x10" in memory
    assert b"\x7f\x02\x05So do" in memory


def test_the_size_asked_for_is_filled_with_zeros() -> None:
    memory = encode_iso28560_2(Elements(primary_item_identifier="TK.00003"), 112)
    assert len(memory) == 112
    assert not any(memory[8:])


def test_an_exactly_full_tag_needs_no_end_byte() -> None:
    item = Elements(primary_item_identifier="TK.00003")
    memory = encode_iso28560_2(item, 8)
    assert decode_tag(memory).elements == item


def test_data_that_do_not_fit_are_refused_with_both_figures() -> None:
    item = Elements(primary_item_identifier="TK.00003", title="Số đỏ")
    with pytest.raises(TagEncodingError, match=r"21 bytes, the tag has 16") as refused:
        encode_iso28560_2(item, 16)
    assert refused.value.code is EncodingCode.TOO_LONG


def test_a_title_too_long_for_one_set_is_refused() -> None:
    item = Elements(primary_item_identifier="TK.00003", title="đ" * 64)
    with pytest.raises(TagEncodingError, match="title needs 128 bytes"):
        encode_iso28560_2(item, 1024)
