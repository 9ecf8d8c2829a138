"""A card that stays is told once, whatever the rounds miss."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.contactless_card.presence import ROUNDS_TO_LEAVE, CardKey, Presence

ONE: CardKey = ("iso14443a", b"\x01\x02\x03\x04")
OTHER: CardKey = ("felica", b"\x02\xfe\x00\x00\x00\x00\x00\x01")


def told(rounds: list[CardKey | None]) -> list[CardKey]:
    presence, new = Presence(), []
    for seen in rounds:
        if seen is not None and seen not in presence:
            new.append(seen)
        presence.looked(seen)
    return new


def test_a_round_that_misses_the_card_is_no_leaving() -> None:
    assert told([ONE, None, ONE, ONE, None, ONE]) == [ONE]


def test_a_card_that_left_for_two_rounds_is_new_again() -> None:
    assert told([ONE, None, None, ONE]) == [ONE, ONE]


def test_two_cards_in_one_wallet_that_take_turns_are_told_once_each() -> None:
    assert told([ONE, OTHER, ONE, OTHER, ONE, OTHER]) == [ONE, OTHER]


@given(st.lists(st.sampled_from([ONE, OTHER, None])))
def test_only_a_card_missed_twice_in_a_row_is_told_again(rounds: list[CardKey | None]) -> None:
    expected = []
    for at, seen in enumerate(rounds):
        before = rounds[max(0, at - ROUNDS_TO_LEAVE) : at]
        if seen is not None and seen not in before:
            expected.append(seen)
    assert told(rounds) == expected
