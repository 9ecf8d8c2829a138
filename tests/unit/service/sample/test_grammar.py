"""Numbered sentences: each once, none missing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sample.grammar import Grammar, even_quotas, proportional

WORDS = {"fruit": ("mận", "lê", "{rare}"), "rare": ("táo mèo", "sấu"), "place": ("đồi", "suối")}


@pytest.mark.parametrize(
    ("pattern", "size"),
    [("Trồng chè", 1), ("Trồng {fruit}", 4), ("{fruit} trên {place}", 8), ("{fruit}{fruit}", 16)],
)
def test_every_number_makes_another_sentence(pattern: str, size: int) -> None:
    grammar = Grammar(WORDS)
    sentences = {grammar.sentence(pattern, number) for number in range(grammar.size(pattern))}
    assert grammar.size(pattern) == len(sentences) == size
    assert not any("{" in sentence for sentence in sentences)


def test_a_slot_without_words_is_named() -> None:
    with pytest.raises(KeyError, match="vegetable"):
        Grammar(WORDS).size("Trồng {vegetable}")


def test_a_small_pattern_is_drawn_as_often_as_a_large_one() -> None:
    chance = Random(3)
    drawn = [Grammar(WORDS).any_sentence(("Chè", "{fruit}"), chance) for _ in range(200)]
    assert 60 < drawn.count("Chè") < 140


sizes = st.lists(st.integers(1, 50), min_size=1, max_size=8)


@given(sizes, st.data())
def test_quotas_fit_their_sources_and_leave_nothing_out(
    sizes: list[int], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, sum(sizes)))
    quotas = even_quotas(sizes, count)
    assert sum(quotas) == count
    assert all(quota <= size for quota, size in zip(quotas, sizes, strict=True))
    unfilled = [quota for quota, size in zip(quotas, sizes, strict=True) if quota < size]
    assert not unfilled or max(unfilled) - min(unfilled) <= 1


def test_more_sentences_than_the_patterns_make_are_refused() -> None:
    with pytest.raises(ValueError, match="6 sentences are wanted, the patterns make 5"):
        even_quotas([2, 3], 6)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(0, 5000))
def test_shares_add_up_and_are_off_by_less_than_one(weights: list[float], count: int) -> None:
    shares = proportional(weights, count)
    assert sum(shares) == count
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - count * weight / sum(weights)) < 1 + 1e-6
