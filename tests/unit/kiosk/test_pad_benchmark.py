"""Figures of a pad: books that flicker, lines that fail, a pad that is empty."""

from collections.abc import Sequence

import pytest

from drivers.uid import Uid
from kiosk.pad_benchmark import BlockRead, Round, figures

A, B, C = Uid("E004015000000001"), Uid("E004015000000002"), Uid("E004015000000003")


def rounds(*seen: Sequence[Uid] | None, seconds: float = 0.1) -> list[Round]:
    return [Round(seconds, None if uids is None else frozenset(uids)) for uids in seen]


def test_books_seen_in_every_round_are_reliable() -> None:
    found = figures(rounds([A, B], [B, A]), [BlockRead(A, 0.04, 8), BlockRead(B, 0.04, 8)])
    assert (found.reliable, found.partial_rounds, found.advice) == (2, 0, ())
    assert (found.rounds_a_second, found.tags_a_second, found.block_ms) == (10, 20, 5)
    assert found.good


def test_a_book_that_one_round_missed_is_not_reliable() -> None:
    found = figures(rounds([A, B], [A], [A, B, C], [A, B]), [])
    assert {tag.uid: tag.share for tag in found.tags} == {A: 1, B: 0.75, C: 0.25}
    assert (found.reliable, found.partial_rounds) == (1, 3)
    assert found.seen_a_round == (2, 1, 3, 2)
    assert "2 of 3 books flicker, 3 rounds missed one" in found.advice[0]


@pytest.mark.parametrize("seen", [[None], [None, None]])
def test_a_line_that_always_fails_still_gives_figures(seen: list[None]) -> None:
    found = figures(rounds(*seen), [])
    assert (found.failed_rounds, found.tags, found.block_ms) == (len(seen), (), None)
    assert "failed on the line" in found.advice[0]


def test_a_round_that_failed_is_no_round_that_missed_a_book() -> None:
    found = figures(rounds([A], None, [A]), [])
    assert (found.failed_rounds, found.partial_rounds, found.tags[0].share) == (1, 0, 1)


def test_an_empty_pad_measures_nothing_and_says_what_to_do() -> None:
    found = figures(rounds([], []), [])
    assert (found.tags_a_second, found.good) == (0, False)
    assert "lay as many books" in found.advice[0]


def test_a_book_that_is_seen_but_not_read_is_told() -> None:
    found = figures(rounds([A]), [BlockRead(A, 0.3, 0), BlockRead(A, 0.1, 8)])
    assert found.tags[0].failed_reads == 1
    assert found.block_ms == 12.5
    assert "not always read" in found.advice[0]
