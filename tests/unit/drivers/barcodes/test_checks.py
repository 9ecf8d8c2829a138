"""Check characters with published numbers (docs/protocols/scanners.md, "Check characters")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcodes.checks import CHECKS, Check

RIGHT: list[tuple[Check, str]] = [
    ("luhn", "30234000517861"),
    ("luhn", "33191000105864"),
    ("luhn", "58198000943996"),
    ("luhn", "20392000000015"),
    ("luhn", "31234000012342"),
    ("mod10-3", "9786041001237"),
    ("mod10-3", "9780306406157"),
    ("mod10-3", "15400141288763"),
    ("mod43", "CODE 39R"),
    ("mod43", "TV012345W"),
    ("mod11", "0306406152"),
    ("mod11", "080442957X"),
]


@pytest.mark.parametrize(("check", "code"), RIGHT)
def test_published_numbers_are_right(check: Check, code: str) -> None:
    assert CHECKS[check](code)


@pytest.mark.parametrize(("check", "code"), RIGHT)
def test_every_single_misread_digit_is_noticed(check: Check, code: str) -> None:
    for at, was in enumerate(code):
        for digit in set("0123456789") - {was}:
            assert not CHECKS[check](code[:at] + digit + code[at + 1 :])


def test_a_free_number_is_no_luhn_number() -> None:
    assert not CHECKS["luhn"]("31234000012347")


@given(st.sampled_from(list(CHECKS)), st.text(min_size=1, max_size=20))
def test_no_text_makes_a_check_fail(check: Check, text: str) -> None:
    assert CHECKS[check](text) in {True, False}


@pytest.mark.parametrize("check", ["luhn", "mod10-3", "mod43", "mod11"])
def test_digits_of_another_script_are_no_digits(check: Check) -> None:
    assert not CHECKS[check]("٠٠")
