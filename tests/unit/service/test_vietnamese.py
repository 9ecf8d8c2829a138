"""Keys and short names, with the worked examples of docs/vietnam.md, Text and sorting."""

from collections.abc import Sequence
from random import Random
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.vietnamese import reader_sort_key, search_key, short_name, sort_key

IN_ORDER = (
    "Dương Thị Ái",
    "Đặng Văn Ân",
    "Đỗ Bình Nguyên",
    "Giàng Seo Phử",
    "Lê Thị On",
    "Lê Thị Ôn",
    "Lê Thị Ơn",
    "Nguyễn Văn An",
    "Nguyễn Văn Ăn",
    "Nguyễn Văn Ân",
    "Ung",
    "Ưng",
    "Ừng",
)
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
words = st.text(st.sampled_from(ALPHABET + "áàảãạớờởỡợ 0123456789"), max_size=12)


def shuffled(texts: Sequence[str]) -> list[str]:
    return Random(5).sample(texts, len(texts))


def test_d_with_stroke_is_found_without_it() -> None:
    assert search_key("Đỗ Bình Nguyên") == "do binh nguyen"


def test_eth_typed_for_d_with_stroke_is_found_and_sorted_as_one() -> None:
    assert search_key("Ðỗ Bình") == "do binh"
    assert sort_key("Ðỗ Bình") == sort_key("Đỗ Bình")


def test_both_tone_placements_are_found_alike() -> None:
    assert search_key("hòa thúy") == search_key("hoà thuý")


def test_punctuation_does_not_hide_a_word_from_search() -> None:
    assert search_key("Vì sao lá đổi màu? (bộ 3 tập)") == "vi sao la doi mau bo 3 tap"


@given(st.text())
def test_decomposed_text_gives_the_same_keys_as_composed(text: str) -> None:
    composed, decomposed = normalize("NFC", text), normalize("NFD", text)
    assert search_key(composed) == search_key(decomposed)
    assert sort_key(composed) == sort_key(decomposed)


@given(st.text())
def test_search_key_of_a_search_key_is_itself(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)


def test_names_sort_as_the_vietnamese_alphabet_has_them() -> None:
    assert sorted(shuffled(IN_ORDER), key=sort_key) == list(IN_ORDER)


def test_letters_with_a_hook_or_hat_are_letters_of_their_own() -> None:
    assert sorted(shuffled(ALPHABET), key=sort_key) == list(ALPHABET)


@pytest.mark.parametrize("vowel", VOWELS)
def test_tones_sort_in_their_order_and_never_before_letters(vowel: str) -> None:
    toned = [normalize("NFC", f"m{vowel}{tone}") for tone in TONES]
    assert sorted(shuffled(toned), key=sort_key) == toned
    assert sort_key(toned[-1]) < sort_key(f"m{vowel}c")


@given(words, words)
def test_a_first_word_that_is_shorter_comes_first(start: str, rest: str) -> None:
    assert sort_key(start) <= sort_key(f"{start} {rest}")


@given(st.text())
def test_sort_keys_are_digits_so_that_every_database_sorts_them_alike(text: str) -> None:
    assert set(sort_key(text)) <= set("0123456789")


def test_readers_are_listed_by_given_name() -> None:
    names = ["Lò Văn Ân", "Vàng A Mẫu", "Nguyễn Thị An", "Bàn Văn An"]
    assert sorted(names, key=reader_sort_key) == [
        "Bàn Văn An",
        "Nguyễn Thị An",
        "Lò Văn Ân",
        "Vàng A Mẫu",
    ]


def test_kiosks_show_initials_and_the_given_name() -> None:
    assert short_name("Vàng A Mẫu") == "V. A. MẪU"
    assert short_name(normalize("NFD", "Đỗ Thị Mẫu")) == "Đ. T. MẪU"
    assert short_name("Mẫu") == "MẪU"
