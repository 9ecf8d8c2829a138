"""Patrons: counts, cards, guardians, PINs, and the known cards in every library."""

from datetime import date
from functools import cache
from random import Random
from unicodedata import is_normalized

import pytest
from argon2 import PasswordHasher

from service.circulation.words import CardState
from service.sample import known
from service.sample.collection import FEWEST_COPIES
from service.sample.lending import CATEGORIES
from service.sample.points import POINTS
from service.sample.readers import Patron, card_rows, cheap_pin_hash, patron_row, patrons, pin_of
from service.sample.size import Sample

AS_OF = date(2026, 11, 18)


@cache
def people(count: int = 1_000, seed: int = 1) -> tuple[Patron, ...]:
    return tuple(patrons(count, AS_OF, Random(seed)))


def patron_of(card: str) -> Patron:
    return next(patron for patron in people() if patron.card == card)


def test_exactly_so_many_patrons_come_out_numbered_without_a_gap() -> None:
    assert [patron.id for patron in people()] == list(range(1, 1_001))


def test_known_cards_and_institutions_are_there_in_the_smallest_sample() -> None:
    fewest = Sample(FEWEST_COPIES, 1, AS_OF).patrons
    cards = {patron.card for patron in people(fewest)}
    assert len(cards) == fewest
    assert cards >= {patron.card for patron in known.PATRONS}
    assert cards >= {point.account for point in POINTS if point.account}


def test_no_card_number_belongs_to_two_patrons() -> None:
    numbers = [row["number"] for patron in people() for row in card_rows(patron)]
    assert len(set(numbers)) == len(numbers) > 1_000
    assert all(len(str(number)) == 8 for number in numbers)


def test_every_category_occurs() -> None:
    assert {patron.category for patron in people()} == {row[0] for row in CATEGORIES}


def test_a_child_and_nobody_else_has_a_guardian_and_it_is_an_adult_before_it() -> None:
    by_id = {patron.id: patron for patron in people()}
    for patron in people():
        assert (patron.guardian is not None) == (patron.category == "child")
        if patron.guardian is not None:
            assert by_id[patron.guardian].category == "adult"
            assert patron.guardian < patron.id


def test_expired_blocked_and_lost_cards_occur_but_are_few() -> None:
    def share(found: list[Patron]) -> float:
        return len(found) / len(people())

    assert 0 < share([patron for patron in people() if patron.expires < AS_OF]) < 0.15
    assert 0 < share([patron for patron in people() if patron.may_not_borrow]) < 0.05
    assert 0 < share([patron for patron in people() if patron.may_not_renew]) < 0.05
    assert 0 < share([patron for patron in people() if patron.lost_card]) < 0.1


def test_known_cards_stand_as_they_are_described() -> None:
    assert patron_of(known.ADULT).expires == date(2027, 12, 31)
    assert patron_of(known.EXPIRED).expires == date(2025, 12, 31)
    assert patron_of(known.BLOCKED).may_not_borrow
    assert patron_of(known.CHILD).guardian == patron_of(known.ADULT).id
    assert patron_of(known.WITHOUT_PIN).pin is None
    assert patron_of(known.BOX_ACCOUNT).category == "institution"
    assert list(card_rows(patron_of(known.NEW_CARD))) == [
        {
            "number": known.NEW_CARD,
            "patron": patron_of(known.NEW_CARD).id,
            "state": CardState.ACTIVE,
        },
        {
            "number": known.LOST_CARD,
            "patron": patron_of(known.NEW_CARD).id,
            "state": CardState.LOST,
        },
    ]


def test_a_pin_is_the_end_of_the_card_and_its_hash_a_true_one() -> None:
    row = patron_row(patron_of(known.ADULT), Random(1))
    assert PasswordHasher().verify(str(row["pin_hash"]), "1936")
    assert pin_of(known.ADULT) == "1936"


def test_two_equal_pins_have_different_hashes_and_the_same_salts_equal_ones() -> None:
    chance = Random(1)
    first, second = cheap_pin_hash("1936", chance), cheap_pin_hash("1936", chance)
    assert first != second
    assert first == cheap_pin_hash("1936", Random(1))


def test_names_are_composed_and_short_names_hide_all_but_the_given_name() -> None:
    for patron in people():
        row = patron_row(patron, Random(1))
        assert all(is_normalized("NFC", str(row[name])) for name in ("full_name", "short_name"))
        if patron.category != "institution":
            initials = patron.short_name.split()[:-1]
            assert all(len(initial) == 2 for initial in initials)


def test_same_seed_same_patrons() -> None:
    assert tuple(patrons(1_000, AS_OF, Random(1))) == people()


@pytest.mark.parametrize("seed", range(3))
def test_known_cards_do_not_depend_on_the_seed(seed: int) -> None:
    fixed = len(known.PATRONS)
    assert people(seed=seed)[:fixed] == people()[:fixed]


def test_a_known_card_number_is_never_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = range(4271936, 4271936 + 300)
    monkeypatch.setattr("service.sample.readers._CARD_NUMBERS", crowded)
    drawn = list(patrons(100, AS_OF, Random(1)))
    cards = [patron.card for patron in drawn]
    assert len(set(cards)) == len(cards) == 100
