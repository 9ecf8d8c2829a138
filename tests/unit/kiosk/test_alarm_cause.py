"""Why a book alarms: every line of the table has a book, every book has a line."""

from itertools import chain, combinations, product

import pytest

from drivers.tags.security import LibraryProfile
from kiosk.alarm_cause import (
    TABLE,
    WRONG_GATES,
    Gate,
    Known,
    Line,
    Loan,
    Open,
    Tag,
    cause_of,
    gate_of,
    tags_in_one_word,
)

PROFILE = LibraryProfile()
OPEN = [frozenset(each) for each in chain(*(combinations(Open, n) for n in range(3)))]
BOOKS = [Known(tag=t, loan=ln, still_open=s) for t, ln, s in product(Tag, Loan, OPEN)]


def name_of(book: Known) -> str:
    return " ".join((book.tag, book.loan, *sorted(book.still_open)))


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.cause.sentence)
def test_each_line_is_the_cause_of_its_own_book(line: Line) -> None:
    loan = Loan.UNKNOWN if line.loan is None else line.loan
    still_open = frozenset() if line.still_open is None else frozenset({line.still_open})
    cause = cause_of(Known(tag=line.tag, loan=loan, still_open=still_open))
    assert cause == line.cause
    assert cause.sentence.endswith(".")
    assert cause.advice.endswith((".", "?"))


@pytest.mark.parametrize("known", BOOKS, ids=name_of)
def test_no_book_is_without_a_cause_and_only_two_are_right(known: Known) -> None:
    cause = cause_of(known)
    as_wanted = {Tag.SECURED: Loan.NONE, Tag.RELEASED: Loan.OPEN}
    if as_wanted.get(known.tag) is known.loan:
        assert cause.right or Open.WAITS in known.still_open or Open.UNPROVED in known.still_open
    elif cause.right:
        assert (known.tag, known.loan) == (Tag.SECURED, Loan.OPEN)
        assert Open.WAITS in known.still_open


@pytest.mark.parametrize(
    ("gate", "tag", "alarms"),
    [
        (Gate.AGREES, Tag.SECURED, True),
        (Gate.AGREES, Tag.RELEASED, False),
        (Gate.AGREES, Tag.OTHER, False),
        (Gate.AGREES, Tag.UNREAD, None),
        (Gate.TURNED_ROUND, Tag.SECURED, False),
        (Gate.TURNED_ROUND, Tag.RELEASED, True),
        (Gate.BLIND, Tag.SECURED, False),
        (Gate.BLIND, Tag.RELEASED, False),
        (Gate.BLIND, Tag.OTHER, None),
    ],
)
def test_what_the_gate_does(gate: Gate, tag: Tag, alarms: bool | None) -> None:
    known = Known(tag=tag, loan=Loan.NONE, gate=gate)
    assert known.alarms is alarms
    if gate is not Gate.AGREES:
        assert cause_of(known).sentence == WRONG_GATES[gate]
        assert not cause_of(known).right


@pytest.mark.parametrize(
    ("afis", "loan", "word"),
    [
        ([], Loan.NONE, Tag.UNREAD),
        ([None], Loan.OPEN, Tag.UNREAD),
        ([0x07], Loan.OPEN, Tag.SECURED),
        ([0x07, 0xC2], Loan.OPEN, Tag.SECURED),
        ([0x07, 0xC2], Loan.NONE, Tag.RELEASED),
        ([0xC2, 0x9E], Loan.OPEN, Tag.OTHER),
        ([0xC2, None], Loan.OPEN, Tag.RELEASED),
        ([0x07, 0xC2], Loan.UNKNOWN, Tag.SECURED),
    ],
)
def test_one_wrong_tag_of_several_is_the_one_that_counts(
    afis: list[int | None], loan: Loan, word: Tag
) -> None:
    assert tags_in_one_word(afis, PROFILE, loan) is word


@pytest.mark.parametrize(
    ("alarm_afi", "gate"),
    [(None, Gate.AGREES), (0x07, Gate.AGREES), (0xC2, Gate.TURNED_ROUND), (0x00, Gate.BLIND)],
)
def test_a_gate_is_held_against_what_the_library_writes(alarm_afi: int | None, gate: Gate) -> None:
    assert gate_of(alarm_afi, PROFILE) is gate
