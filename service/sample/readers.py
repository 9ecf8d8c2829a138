"""Patrons and their cards: the known ones, an account for each institution, and invented people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from random import Random

from argon2.low_level import Type, hash_secret

from service.circulation.words import CardState
from service.sample import known
from service.sample.names import patron_name
from service.sample.points import LENDING_POINTS, POINTS, ROOT, Row
from service.vietnamese import reader_sort_key, search_key, short_name

# Every hundred patrons hold so many of each category, in this order: guardians come before
# children. Institutions have accounts of their own.
_ROUND = ("adult",) * 40 + ("student",) * 15 + ("pupil",) * 25 + ("child",) * 18 + ("staff",) * 2
FEWEST_PATRONS = len(known.PATRONS) + sum(1 for point in POINTS if point.account)
_CARD_NUMBERS = range(10**7)  # behind a leading zero: eight digits, as on the known cards


@dataclass(frozen=True, slots=True)
class Patron:
    """One patron with the cards that ever were theirs."""

    id: int
    card: str
    full_name: str
    category: str
    point: str
    expires: date
    short_name: str
    lost_card: str | None = None
    may_not_borrow: bool = False
    may_not_renew: bool = False
    pin: str | None = None
    guardian: int | None = None


def patrons(count: int, as_of: date, chance: Random) -> Iterator[Patron]:
    """`count` patrons: FEWEST_PATRONS, who are in every sample, and invented ones."""
    fixed = [*_known(as_of), *_institutions(as_of)]
    yield from fixed
    numbers = _free_card_numbers(2 * count, chance)
    categories = cycle(_ROUND)
    guardian = fixed[0].id
    for number in range(len(fixed) + 1, count + 1):
        category = next(categories)
        person = _person(number, category, guardian, numbers, as_of, chance)
        if category == "adult":
            guardian = person.id
        yield person


def _known(as_of: date) -> Iterator[Patron]:
    numbered = {patron.card: number for number, patron in enumerate(known.PATRONS, start=1)}
    for patron in known.PATRONS:
        yield Patron(
            id=numbered[patron.card],
            card=patron.card,
            full_name=patron.full_name,
            category=patron.category,
            point=ROOT,
            expires=_last_day(as_of.year - 1 if patron.expired else as_of.year + 1),
            short_name=short_name(patron.full_name),
            lost_card=patron.lost_card,
            may_not_borrow=patron.may_not_borrow,
            may_not_renew=patron.may_not_renew,
            pin=pin_of(patron.card) if patron.has_pin else None,
            guardian=numbered[patron.guardian] if patron.guardian else None,
        )


def _institutions(as_of: date) -> Iterator[Patron]:
    accounts = ((point, point.account) for point in POINTS if point.account)
    for number, (point, card) in enumerate(accounts, start=len(known.PATRONS) + 1):
        yield Patron(
            id=number,
            card=card,
            full_name=point.name,
            category="institution",
            point=point.code,
            expires=_last_day(as_of.year + 1),
            short_name=point.name.upper(),
            pin=pin_of(card),
        )


def _person(
    number: int,
    category: str,
    guardian: int,
    cards: Iterator[str],
    as_of: date,
    chance: Random,
) -> Patron:
    full_name = patron_name(chance)
    card = next(cards)
    return Patron(
        id=number,
        card=card,
        full_name=full_name,
        category=category,
        point=chance.choice(LENDING_POINTS).code,
        expires=_last_day(as_of.year + chance.choices((-1, 0, 1), (8, 32, 60))[0]),
        short_name=short_name(full_name),
        lost_card=next(cards) if chance.random() < 0.03 else None,
        may_not_borrow=chance.random() < 0.02,
        may_not_renew=chance.random() < 0.01,
        pin=pin_of(card) if chance.random() < 0.9 else None,
        guardian=guardian if category == "child" else None,
    )


def _free_card_numbers(count: int, chance: Random) -> Iterator[str]:
    taken = {number for patron in known.PATRONS for number in (patron.card, patron.lost_card)}
    drawn = (f"0{number:07d}" for number in chance.sample(_CARD_NUMBERS, count + len(taken)))
    return (number for number in drawn if number not in taken)


def _last_day(year: int) -> date:
    return date(year, 12, 31)


def pin_of(card: str) -> str:
    """The PIN of a sample card is its last four digits."""
    return card[-4:]


def cheap_pin_hash(pin: str, chance: Random) -> str:
    """A true argon2id hash with a salt of its own, at the least cost that there is.

    A dear hash would protect nothing: the PIN is printed on the card and stands in the
    documentation. The hash tells its cost, so checking it needs no exception anywhere.
    """
    hashed = hash_secret(
        pin.encode(),
        salt=chance.randbytes(16),
        time_cost=1,
        memory_cost=8,
        parallelism=1,
        hash_len=16,
        type=Type.ID,
    )
    return hashed.decode()


def patron_row(patron: Patron, chance: Random) -> Row:
    """The patron as the database has it."""
    return {
        "id": patron.id,
        "full_name": patron.full_name,
        "short_name": patron.short_name,
        "sort_key": reader_sort_key(patron.full_name),
        "search_key": search_key(patron.full_name),
        "category": patron.category,
        "point": patron.point,
        "expires": patron.expires,
        "may_not_borrow": patron.may_not_borrow,
        "may_not_renew": patron.may_not_renew,
        "pin_hash": cheap_pin_hash(patron.pin, chance) if patron.pin else None,
        "guardian": patron.guardian,
    }


def card_rows(patron: Patron) -> Iterator[Row]:
    """The card that counts, and the one that was lost."""
    cards = ((patron.card, CardState.ACTIVE), (patron.lost_card, CardState.LOST))
    return (
        {"number": number, "patron": patron.id, "state": state} for number, state in cards if number
    )
