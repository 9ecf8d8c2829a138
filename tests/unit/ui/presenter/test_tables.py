"""Every code of the contract has words: why, what next, no blame, short enough for a row."""

import pytest

from kiosk.views import (
    Destination,
    Hindrance,
    ItemLine,
    LineState,
    RefusalCode,
    Trouble,
)
from tests.screen.moments import every_state, refused_lines, troubled_lines
from ui.presenter import refusals, rows, troubles
from ui.presenter.catalogue import Message, catalogue
from ui.presenter.sheet import Basket, Mark, Tone

LONGEST_ROW = 40
BLAME = (
    "sai",
    "vi phạm",
    "phạt",
    "lỗi của bạn",
    "không được phép",
    "wrong",
    "invalid",
    "forbidden",
)
SAID_ELSEWHERE = {RefusalCode.PIN_WRONG}


def test_every_refusal_has_words_in_a_row() -> None:
    assert set(refusals.IN_A_ROW) == set(RefusalCode)


def test_every_trouble_has_words() -> None:
    assert set(troubles.IN_A_ROW) == set(Trouble)


def test_every_hindrance_has_words_everywhere() -> None:
    assert set(troubles.WHAT_IS_BROKEN) == set(Hindrance)
    assert set(troubles.WHAT_STAYS) == set(Hindrance)
    assert set(troubles.ON_THE_START_SCREEN) == set(Hindrance)


def test_every_state_has_a_look() -> None:
    assert set(rows.LOOKS) == set(LineState)


def test_every_destination_has_a_basket_with_words() -> None:
    assert set(rows.BASKETS) == set(Destination)
    for table in (rows.BASKET_WORDS, rows.BASKET_ICONS, rows.WHERE_TO):
        assert set(table) == set(Basket)


def every_row_message() -> list[Message]:
    looks = [
        message
        for state, look in rows.LOOKS.items()
        if state is not LineState.REFUSED  # its code has the words
        for message in (look.lend, look.give)
    ]
    tables = (refusals.IN_A_ROW, troubles.IN_A_ROW)
    return [*looks, *(message for table in tables for message in table.values())]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_words_of_a_row_are_short(language: str) -> None:
    words = catalogue(language)
    for message in every_row_message():
        assert len(words.say(message)[0]) < LONGEST_ROW, words.say(message)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_blames_the_reader(language: str) -> None:
    words = catalogue(language)
    for message in [*every_row_message(), *refusals.AS_SENTENCE.values()]:
        for said in words.say(message):
            assert not any(word in said.lower().split() for word in BLAME), said


@pytest.mark.parametrize("lending", [True, False])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_line_becomes_a_row(language: str, *, lending: bool) -> None:
    for line in every_state() + refused_lines() + troubled_lines():
        row = rows.row(catalogue(language), line, lending=lending, next_key=None)
        assert row.words[0]
        assert row.title[0]
        assert not row.is_next


def test_lent_with_its_tag_open_is_not_said_like_done() -> None:
    words = catalogue("vi")
    done = ItemLine("a", LineState.DONE, title="Sách", on_pad=True)
    looks = {
        rows.row(words, line, lending=True, next_key=None).words
        for line in (
            done,
            ItemLine("a", LineState.DONE_TAG_OPEN, title="Sách", on_pad=True),
            ItemLine("a", LineState.DONE_TAG_OPEN, title="Sách", on_pad=False),
        )
    }
    assert len(looks) == 3


def test_a_return_kept_for_later_is_told_as_received() -> None:
    line = ItemLine("a", LineState.TROUBLE, trouble=Trouble.KEPT_FOR_LATER)
    row = rows.row(catalogue("vi"), line, lending=False, next_key=None)
    assert (row.mark, row.tone) == (Mark.DONE, Tone.GOOD)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ((2,), "tập 2"),
        ((2, 3), "tập 2–3"),
        ((2, 5), "tập 2 và 5"),
        ((1, 2, 3, 7, 9), "tập 1–3, 7 và 9"),
    ],
)
def test_missing_parts_are_named(missing: tuple[int, ...], said: str) -> None:
    line = ItemLine("a", LineState.PART_MISSING, title="Bộ", parts=9, parts_missing=missing)
    row = rows.row(catalogue("vi"), line, lending=True, next_key=None)
    assert row.words[-1] == f"Còn thiếu {said}"
