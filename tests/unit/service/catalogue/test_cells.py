"""Cells of CSV files: what people write, and what a spreadsheet must not compute."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalogue.tables import cells
from service.catalogue.tables.cells import BadCell, guarded, unguarded


@given(st.text())
def test_a_guarded_cell_is_read_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_no_cell_is_a_formula(sign: str, text: str) -> None:
    assert guarded(sign + text)[0] == "'"


@pytest.mark.parametrize("cell", ["2026-03-31", "31/03/2026", "31/3/2026", " 31-03-2026 "])
def test_days_as_people_write_them(cell: str) -> None:
    assert cells.day(cell) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("31/03/2026 14:07", "2026-03-31 14:07"),
        ("2026-03-31T14:07:00+07:00", "2026-03-31T14:07:00+07:00"),
    ],
)
def test_moments_as_people_write_them(cell: str, moment: str) -> None:
    assert cells.moment(cell) == moment


@pytest.mark.parametrize(
    ("parse", "cell", "says"),
    [
        (cells.day, "31/02/2026", "no day"),
        (cells.day, "", "no day"),
        (cells.day, "0001-01-01", "before 1970"),
        (cells.moment, "hôm qua", "no day"),
        (cells.flag, "có lẽ", "neither yes nor no"),
        (cells.parts, "0", "1 to 99"),
        (cells.parts, "hai", "1 to 99"),
        (cells.count, "-1", "no whole number"),
        (cells.count, "9" * 5000, "no whole number"),
        (cells.card, "a;b", "semicolon"),
        (cells.card, "x" * 65, "longer than 64"),
        (cells.older_cards, "04272000", "lost or replaced"),
        (cells.older_cards, "04272000 gone", "lost or replaced"),
        (cells.text(5), "a\0b", r"U\+0000"),
        (cells.text(5), "Ki\ufffdu", "wrong encoding"),
    ],
)
def test_a_cell_that_makes_no_sense_says_why_and_is_not_repeated(
    parse: Callable[[str], object], cell: str, says: str
) -> None:
    with pytest.raises(BadCell, match=says) as refused:
        parse(cell)
    assert cell not in str(refused.value) or not cell


@pytest.mark.parametrize(
    ("cell", "value"), [("Có", True), ("x", True), ("1", True), ("không", False), ("0", False)]
)
def test_yes_and_no_in_two_languages(cell: str, value: bool) -> None:
    assert cells.flag(cell) is value
    assert cells.flag(" ") is None


def test_older_cards_with_what_became_of_them() -> None:
    assert cells.older_cards("a 1 lost; b replaced;") == (("a 1", "lost"), ("b", "replaced"))
