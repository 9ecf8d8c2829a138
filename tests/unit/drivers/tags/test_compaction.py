import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.tags.compaction import Compaction, compact, expand
from tests.unit.drivers.tags.strategies import texts


# docs/protocols/tags.md, "Compaction"
@pytest.mark.parametrize(
    ("code", "text", "data"),
    [
        (Compaction.INTEGER, "123456789012", "1C BE 99 1A 14"),
        (Compaction.INTEGER, "31234000012347", "1C 68 3B 79 C4 3B"),
        (Compaction.NUMERIC, "0201", "02 01"),
        (Compaction.NUMERIC, "012", "01 2F"),
        (Compaction.FIVE_BIT, "ABCDEF", "08 86 42 98"),
        (Compaction.SIX_BIT, "QA268.L55", "44 1C B6 E2 E3 35 D6"),
        (Compaction.UTF8, "Số đỏ", "53 E1 BB 91 20 C4 91 E1 BB 8F"),
    ],
)
def test_worked_examples(code: Compaction, text: str, data: str) -> None:
    assert expand(code, bytes.fromhex(data)) == text
    assert compact(text) == (code, bytes.fromhex(data))


def test_seven_bit_example_is_read_though_it_is_too_short_for_us_to_write() -> None:
    assert expand(Compaction.SEVEN_BIT, bytes.fromhex("C3 8B 1A D6 3F")) == "abc-1"
    assert compact("abc-1") == (Compaction.UTF8, b"abc-1")


@given(texts)
def test_compaction_loses_nothing(text: str) -> None:
    code, data = compact(text)
    assert expand(code, data) == text
    assert data != b"\x00"  # that would read as absent


@given(st.sampled_from(list(Compaction)), st.binary(max_size=127))
def test_any_bytes_give_a_text_or_a_value_error(code: Compaction, data: bytes) -> None:
    try:
        text = expand(code, data)
    except ValueError:
        return
    assert isinstance(text, str)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("00012345", Compaction.NUMERIC),  # an integer would lose the zeros
        ("00", Compaction.UTF8),  # as numeric it would be one zero byte: absent
        ("7", Compaction.UTF8),
        ("12345678901234567890", Compaction.NUMERIC),  # 20 digits are too many for an integer
        ("AB CD ", Compaction.UTF8),  # a last space in 6-bit code reads as padding
        ("Lao Hac 1943", Compaction.SEVEN_BIT),
        ("TK.00003", Compaction.SIX_BIT),
        ("Số đỏ", Compaction.UTF8),
        ("café", Compaction.UTF8),
    ],
)
def test_the_compaction_chosen(text: str, code: Compaction) -> None:
    assert compact(text)[0] is code


@pytest.mark.parametrize("length", range(4, 13))
def test_no_padding_of_six_bit_code_is_taken_for_a_character(length: int) -> None:
    text = "A.1/" * 3
    code, data = compact(text[:length])
    assert code is Compaction.SIX_BIT
    assert expand(code, data) == text[:length]


def test_a_last_space_is_kept_where_it_cannot_be_padding() -> None:
    assert expand(Compaction.SIX_BIT, bytes.fromhex("04 20 C4 82")) == "ABCD "
    assert expand(Compaction.SIX_BIT, bytes.fromhex("04 20 E0")) == "ABC"


def test_every_length_of_seven_bit_and_five_bit_code() -> None:
    for length in range(8, 20):
        assert (
            expand(*compact("abcdefghijklmnopqrstu"[:length])) == "abcdefghijklmnopqrstu"[:length]
        )
        assert (
            expand(*compact("ABCDEFGHIJKLMNOPQRSTU"[:length])) == "ABCDEFGHIJKLMNOPQRSTU"[:length]
        )


def test_a_nibble_that_is_no_digit_is_named() -> None:
    with pytest.raises(ValueError, match="no digit"):
        expand(Compaction.NUMERIC, b"\x1a\x23")


def test_octets_are_read_as_iso_8859_1_and_lose_a_terminating_zero() -> None:
    assert expand(Compaction.OCTETS, b"caf\xe9\x00") == "café"


def test_broken_utf8_is_an_error() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        expand(Compaction.UTF8, b"S\xe1\xbb")
