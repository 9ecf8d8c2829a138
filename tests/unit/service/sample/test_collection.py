"""Titles and copies: counts, numbers, homes, and the known items in every library."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from random import Random
from unicodedata import is_normalized

import pytest

from service.sample import known
from service.sample.collection import Copy, collection, item_row, shelf_mark, title_count, title_row
from service.sample.lending import ITEM_TYPES
from service.sample.points import POINTS

SIZES = (200, 2_000, 7_001)
by_size = pytest.mark.parametrize("size", SIZES)


@cache
def copies_of(size: int, seed: int = 1) -> tuple[Copy, ...]:
    return tuple(chain.from_iterable(collection(size, Random(seed))))


def titles_of(copies: Sequence[Copy]) -> set[str]:
    return {copy.title.title for copy in copies}


@by_size
def test_exactly_so_many_copies_and_titles_come_out(size: int) -> None:
    copies = copies_of(size)
    assert len(copies) == size
    assert len({copy.title.id for copy in copies}) == title_count(size)


@by_size
def test_no_number_and_no_title_is_given_twice(size: int) -> None:
    copies = copies_of(size)
    assert len({copy.number for copy in copies}) == len({copy.id for copy in copies}) == size
    assert len(titles_of(copies)) == title_count(size)


@by_size
def test_numbers_are_letters_of_the_stock_and_five_digits(size: int) -> None:
    assert all(re.fullmatch(r"[A-Z]{2}\.\d{5}", copy.number) for copy in copies_of(size))


@by_size
def test_every_point_has_copies_and_every_type_of_item_occurs(size: int) -> None:
    copies = copies_of(size)
    assert {copy.home_point for copy in copies} == {point.code for point in POINTS}
    assert {copy.item_type for copy in copies} == set(dict(ITEM_TYPES))


@by_size
@pytest.mark.parametrize("seed", [1, 2])
def test_known_items_are_there_at_any_size_and_seed(size: int, seed: int) -> None:
    found = {copy.number: copy for copy in copies_of(size, seed)}
    for item in known.ITEMS:
        copy = found[item.number]
        assert (copy.title.title, copy.title.author) == (item.title.title, item.title.author)
        assert (copy.parts, copy.tagged, copy.item_type) == (
            item.parts,
            item.tagged,
            item.item_type,
        )
        assert (copy.withdrawn, copy.lost, copy.not_for_loan, copy.home_point) == (
            item.withdrawn,
            item.lost,
            item.not_for_loan,
            item.home_point,
        )


def test_same_seed_same_collection_other_seed_another_one() -> None:
    again = tuple(chain.from_iterable(collection(2_000, Random(1))))
    assert again == copies_of(2_000)
    assert len(titles_of(again) & titles_of(copies_of(2_000, seed=2))) < 400


def test_tagged_and_untagged_sets_and_flawed_copies_occur() -> None:
    copies = copies_of(7_001)
    assert 0.8 < sum(copy.tagged for copy in copies) / len(copies) < 0.95
    assert {copy.parts for copy in copies} == {1, 2, 3, 4, 5}
    assert any(copy.withdrawn for copy in copies)
    assert any(copy.lost for copy in copies)
    assert any(copy.not_for_loan for copy in copies)


def test_a_title_leaves_counting_its_volumes_to_the_screen() -> None:
    """The kiosk adds the number of volumes itself; twice reads like a fault."""
    copies = list(copies_of(7_001))
    assert [copy.title.title for copy in copies if "(bộ" in copy.title.title] == []
    assert {copy.parts for copy in copies} > {1}


def test_everything_that_is_written_is_composed_vietnamese() -> None:
    for copy in copies_of(7_001):
        texts = [str(value) for value in (*title_row(copy.title).values(), shelf_mark(copy.title))]
        assert all(is_normalized("NFC", text) for text in texts)
        assert len(copy.title.title) <= 80


def test_copies_of_a_title_share_a_shelf_mark_that_begins_with_its_class() -> None:
    marks: dict[int, set[object]] = {}
    for copy in copies_of(2_000):
        mark = item_row(copy)["shelf_mark"]
        assert re.fullmatch(r"[\d.]+ [A-ZĐÂ]{1,3}\d{3}\w", str(mark)), mark
        assert str(mark).startswith(copy.title.ddc)
        marks.setdefault(copy.title.id, set()).add(mark)
    assert {len(found) for found in marks.values()} == {1}


@pytest.mark.slow
def test_sixty_thousand_titles_are_all_different() -> None:
    copies = copies_of(150_000)
    assert len(copies) == len({copy.number for copy in copies}) == 150_000
    assert len(titles_of(copies)) == 60_000


def test_volumes_of_a_series_and_issues_of_a_magazine_have_one_author() -> None:
    authors: dict[str, set[str]] = {}
    for copy in copies_of(7_001):
        work, numbered, _ = copy.title.title.partition(". Tập ")
        if numbered:
            authors.setdefault(work, set()).add(copy.title.author)
    assert len(authors) > 40
    assert {len(found) for found in authors.values()} == {1}
