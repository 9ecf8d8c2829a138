"""Words under which a text is found, however it was typed (docs/catalogue.md, Words)."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalogue.spelling import has_accents, index_words, terms


def words(text: str, *, accents: bool) -> list[str]:
    return [term.spelled for term in terms(text, accents=accents)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("lý", "lí"),
        ("kỹ", "kĩ"),
        ("quý", "quí"),
        ("Ðỗ", "Đỗ"),
        ("đỗ", "ĐỖ"),
    ],
)
def test_both_spellings_of_a_syllable_are_one_word(one: str, other: str) -> None:
    assert index_words(one) == index_words(other)


@pytest.mark.parametrize("word", ["yêu", "nguyên", "huyện", "Mỹ Tho"])
def test_y_elsewhere_stays_y(word: str) -> None:
    assert any("y" in found for found in index_words(word)) is (word != "Mỹ Tho")


def test_six_words_of_the_same_letters_stay_six() -> None:
    accented = {words(word, accents=True)[0] for word in "ma má mà mả mã mạ".split()}
    assert len(accented) == 6


def test_every_word_is_found_without_its_accents_and_d_without_its_stroke() -> None:
    assert words("do binh nguyen", accents=False) == ["do", "binh", "nguyen"]
    assert set(words("do binh nguyen", accents=False)) <= set(index_words("Đỗ Bình Nguyên"))


def test_half_a_word_with_its_tone_begins_the_whole_word() -> None:
    (half,) = terms("hoà", accents=True)
    assert any(word.startswith(half.word) for word in index_words("hoàng"))


def test_a_word_without_accents_asks_for_all_its_tones() -> None:
    assert not has_accents("ma")
    assert words("ma", accents=True) == ["ma"]


@given(st.text())
def test_decomposed_letters_make_the_same_words(text: str) -> None:
    assert index_words(normalize("NFC", text)) == index_words(normalize("NFD", text))


@given(st.text())
def test_no_word_has_a_sign_that_an_index_could_take_for_an_order(text: str) -> None:
    for word in (*index_words(text), *(t.word for t in terms(text, accents=True))):
        assert word.isalnum() or all(letter.isalnum() for letter in word), word
        assert len(word) <= 61


@given(st.text())
def test_a_text_is_found_by_itself(text: str) -> None:
    assert set(words(text, accents=False)) <= set(index_words(text))
    assert set(words(text, accents=True)) <= set(index_words(text))
