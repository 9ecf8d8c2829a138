"""What lies on the pad, hazard by hazard and for any sequence of rounds."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from drivers.facts import InventoryRound, TagSeen
from drivers.uid import Uid
from kiosk.pad import Pad, PadChange, emptied, observe

UIDS = tuple(Uid(f"E00401503300{n:04X}") for n in range(5))
BOOK, OTHER, *_ = UIDS

Rounds = Sequence[Sequence[Uid]]

rounds = st.lists(st.lists(st.sampled_from(UIDS), unique=True), max_size=14)


def seen(*uids: Uid, dsfid: int = 0) -> InventoryRound:
    return InventoryRound("pad", tuple(TagSeen(uid, dsfid) for uid in uids), 0.0)


def watch(history: Rounds, pad: Pad | None = None) -> tuple[Pad, list[PadChange]]:
    pad, changes = pad or Pad(), []
    for uids in history:
        pad, change = observe(pad, seen(*uids))
        changes.append(change)
    return pad, changes


def placed(change: PadChange) -> set[Uid]:
    return {tag.uid for tag in change.placed}


def test_a_book_carried_past_the_pad_is_never_placed() -> None:
    pad, changes = watch([[BOOK], []])
    assert changes == [PadChange(), PadChange()]
    assert pad == Pad()


def test_a_book_seen_only_in_every_second_round_is_never_placed() -> None:
    _, changes = watch([[BOOK], []] * 5)
    assert not any(map(placed, changes))


def test_a_tag_that_misses_one_round_between_others_stays() -> None:
    pad, changes = watch([[BOOK], [BOOK], [], [BOOK], [], [BOOK]])
    assert [placed(change) for change in changes] == [set(), {BOOK}, set(), set(), set(), set()]
    assert not any(change.removed for change in changes)
    assert pad.steady() == {BOOK}


def test_a_lifted_book_is_gone_after_two_missed_rounds_and_told_once() -> None:
    _, changes = watch([[BOOK], [BOOK], [], [], []])
    assert [change.removed for change in changes] == [(), (), (), (BOOK,), ()]


def test_a_book_laid_down_anew_must_be_seen_twice_again() -> None:
    _, changes = watch([[BOOK], [BOOK], [], [], [BOOK], [BOOK]])
    assert [placed(change) for change in changes[-2:]] == [set(), {BOOK}]


def test_the_last_dsfid_counts() -> None:
    pad, _ = observe(Pad(), seen(BOOK, dsfid=0))
    _, change = observe(pad, seen(BOOK, dsfid=0x3E))
    assert [tag.dsfid for tag in change.placed] == [0x3E]


def test_a_lost_pad_takes_away_what_lay_there_and_forgets_what_was_only_glimpsed() -> None:
    pad, _ = watch([[BOOK], [BOOK, OTHER]])
    empty, change = emptied(pad)
    assert (empty, change) == (Pad(), PadChange(removed=(BOOK,)))
    _, again = watch([[OTHER]], empty)
    assert again == [PadChange()]


@given(rounds)
def test_a_tag_seen_in_no_two_rounds_running_is_never_placed(history: Rounds) -> None:
    running = {uid for one, two in pairwise(history) for uid in one if uid in two}
    _, changes = watch(history)
    assert set().union(*map(placed, changes)) == running


@given(rounds)
def test_a_tag_is_removed_exactly_when_it_missed_two_rounds_running(history: Rounds) -> None:
    _, changes = watch(history)
    here: set[Uid] = set()
    for at, change in enumerate(changes):
        before = set() if at == 0 else set(history[at - 1])
        gone = {uid for uid in here if uid not in before and uid not in history[at]}
        assert set(change.removed) == gone
        here = here - gone | placed(change)


@given(rounds)
def test_placed_and_removed_take_turns_and_add_up_to_what_lies_there(history: Rounds) -> None:
    pad, changes = watch(history)
    here: set[Uid] = set()
    for change in changes:
        assert not placed(change) & here
        assert set(change.removed) <= here
        assert not placed(change) & set(change.removed)
        here = (here | placed(change)) - set(change.removed)
    assert here == pad.steady()


@given(rounds, st.integers())
def test_the_order_in_which_tags_answer_means_nothing(history: Rounds, seed: int) -> None:
    chance = Random(seed)
    shuffled = [chance.sample(uids, len(uids)) for uids in history]
    pad, changes = watch(history)
    other_pad, other_changes = watch(shuffled)
    assert pad == other_pad
    for one, two in zip(changes, other_changes, strict=True):
        assert (placed(one), set(one.removed)) == (placed(two), set(two.removed))
