import pytest
from hypothesis import given

from drivers.tags.element_rules import checked
from drivers.tags.elements import (
    ELEMENT_TABLE,
    Elements,
    SetInformation,
    by_name,
    element_of,
    elements_named,
)
from drivers.tags.problems import DESCRIPTIONS, EncodingCode, ProblemCode, TagEncodingError
from tests.unit.drivers.tags.strategies import elements

NAMES = """primary_item_identifier content_parameter owner_institution set_information
type_of_usage shelf_location onix_media_format marc_media_format supplier_identifier order_number
ill_borrowing_institution ill_borrowing_transaction_number gs1_product_identifier
alternative_unique_item_identifier local_data_a local_data_b title product_identifier_local
media_format_other supply_chain_stage supplier_invoice_number alternative_item_identifier
alternative_owner_institution subsidiary_of_an_owner_institution
alternative_ill_borrowing_institution local_data_c""".split()


def test_the_table_has_the_names_of_the_standard_in_their_order() -> None:
    assert [row.name for row in ELEMENT_TABLE] == NAMES
    assert [row.oid for row in ELEMENT_TABLE] == list(range(1, 27))
    assert element_of(27).name == "oid_27"


def test_every_problem_has_its_sentence() -> None:
    assert set(DESCRIPTIONS) == set(ProblemCode)


@given(elements())
def test_names_and_plain_values_give_the_elements_back(item: Elements) -> None:
    plain = by_name(item)
    if isinstance(counted := plain.get("set_information"), SetInformation):
        named = {**plain, "set_information": {"parts": counted.parts, "part": counted.part}}
    else:
        named = dict(plain)
    assert elements_named(named) == item


def test_null_means_absent_and_unnamed_elements_are_kept() -> None:
    item = elements_named({"primary_item_identifier": "1", "title": None, "oid_27": "x"})
    assert item == Elements(primary_item_identifier="1", unnamed=((27, "x"),))


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"titel": "x"}, EncodingCode.UNKNOWN_ELEMENT, "did you mean title"),
        ({"oid_26": "x"}, EncodingCode.UNKNOWN_ELEMENT, "no element oid_26"),
        ({"oid_271": "x"}, EncodingCode.UNKNOWN_ELEMENT, "no element oid_271"),
        ({"unnamed": [[27, "x"]]}, EncodingCode.UNKNOWN_ELEMENT, "no element unnamed"),
        ({"title": 5}, EncodingCode.WRONG_VALUE, "Expected `str | null`, got `int`"),
        ({"title": ""}, EncodingCode.WRONG_VALUE, "title must not be empty"),
        ({"title": "a\x00b"}, EncodingCode.WRONG_VALUE, "control characters"),
        ({"title": "\ud800"}, EncodingCode.WRONG_VALUE, "control characters"),
        ({"primary_item_identifier": None}, EncodingCode.IDENTIFIER_MISSING, "needs its"),
        ({"owner_institution": "VNLC"}, EncodingCode.WRONG_VALUE, "must be an ISIL"),
        ({"owner_institution": "VN-" + "1" * 14}, EncodingCode.WRONG_VALUE, "16 characters"),
        ({"owner_institution": "VN-L C"}, EncodingCode.WRONG_VALUE, "must be an ISIL"),
        ({"type_of_usage": "1"}, EncodingCode.WRONG_VALUE, "two hexadecimal digits"),
        ({"type_of_usage": "1G"}, EncodingCode.WRONG_VALUE, "two hexadecimal digits"),
        ({"gs1_product_identifier": "12345678"}, EncodingCode.WRONG_VALUE, "13 digits"),
        ({"onix_media_format": "bb"}, EncodingCode.WRONG_VALUE, "upper-case"),
        ({"marc_media_format": "TA"}, EncodingCode.WRONG_VALUE, "lower-case"),
        ({"media_format_other": 256}, EncodingCode.WRONG_VALUE, "between 0 and 255"),
        ({"media_format_other": True}, EncodingCode.WRONG_VALUE, "bool"),
        ({"content_parameter": [2]}, EncodingCode.WRONG_VALUE, "from 3 to 31"),
        ({"content_parameter": []}, EncodingCode.WRONG_VALUE, "from 3 to 31"),
        ({"set_information": {"parts": 2}}, EncodingCode.WRONG_VALUE, "part"),
        (
            {"set_information": {"parts": 2, "part": 3}},
            EncodingCode.WRONG_VALUE,
            "no part beyond them",
        ),
        (
            {"set_information": {"parts": 256, "part": 3}},
            EncodingCode.WRONG_VALUE,
            "at most 255 parts",
        ),
        (
            {"set_information": {"parts": 2, "part": 1, "x": 1}},
            EncodingCode.WRONG_VALUE,
            "unknown field `x`",
        ),
    ],
)
def test_what_must_not_be_written_is_refused_by_name(
    changes: dict[str, object], code: EncodingCode, sentence: str
) -> None:
    with pytest.raises(TagEncodingError, match=sentence) as refused:
        checked(elements_named({"primary_item_identifier": "TK.00003", **changes}))
    assert refused.value.code is code


def test_texts_are_composed_and_usage_is_upper_case() -> None:
    item = checked(Elements(primary_item_identifier="1", title="Sô\u0301", type_of_usage="1a"))
    assert item.title == "Số"
    assert item.type_of_usage == "1A"
