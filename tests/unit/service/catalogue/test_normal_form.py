"""Texts, class numbers and ISBNs in the one form in which they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalogue.normal_form import class_number, damage_in, isbn, one_line, tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Truyện Kiều /", "Truyện Kiều"),
        ("Truyện  Kiều :\n ", "Truyện Kiều"),
        ("Nguyễn Du,", "Nguyễn Du"),
        ("Vì sao lá đổi màu?", "Vì sao lá đổi màu?"),
        ("Sổ tay.", "Sổ tay"),
        ("Hết rồi...", "Hết rồi..."),
        ("C++", "C++"),
        ("/ :", ""),
    ],
)
def test_signs_of_cataloguing_rules_go_and_others_stay(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


@given(st.text(st.sampled_from("aâ/:;=,. \t\n")))
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert one_line(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("978-604-2-11220-8 (bìa mềm) : 50000đ", "9786042112208"),
        ("0-306-40615-2", "9780306406157"),
        ("080442957X", "9780804429573"),
        ("978-604-2-11220-9", None),
        ("0-306-40615-3", None),
        ("50000đ", None),
        ("", None),
        ("٩٧٨", None),
    ],
)
def test_isbn_is_thirteen_digits_or_none(typed: str, digits: str | None) -> None:
    assert isbn(typed) == digits


def test_class_number_loses_the_marks_where_it_may_be_cut() -> None:
    assert class_number("959.7/04 ") == "959.704"


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x1d", "\ufffd"])
def test_a_sign_that_is_no_letter_is_named(sign: str) -> None:
    assert damage_in(f"Kiều{sign}") == f"U+{ord(sign):04X}"


def test_line_ends_are_no_damage() -> None:
    assert damage_in("Truyện\r\n\tKiều") is None
