"""Check-outs that the rules grant: each of another item, no patron beyond the limit."""

from collections.abc import Iterator
from itertools import chain, islice
from random import Random
from typing import NamedTuple

from tests.service_process import FREE_ITEMS, ServiceProcess

ROOM = """
SELECT k.number, min(g.max_loans, 10) - count(l.id)
FROM patrons p
JOIN patron_cards k ON k.patron = p.id AND k.state = 'active'
JOIN patron_categories g ON g.code = p.category
LEFT JOIN loans l ON l.patron = p.id AND l.state = 'open'
WHERE p.category IN ('adult', 'student', 'staff')
AND p.expires > date('now', '+1 day') AND NOT p.may_not_borrow
GROUP BY k.number ORDER BY k.number
"""


class Lending(NamedTuple):
    """Who borrows what."""

    item: str
    card: str


def lendings(service: ServiceProcess) -> list[Lending]:
    """As many as this library can give, patrons mixed as they come."""
    chance = Random(1)
    room = [(str(card), int(str(places))) for card, places in service.rows(ROOM)]
    cards = list(chain.from_iterable([card] * places for card, places in room))
    items = [str(number) for (number,) in service.rows(FREE_ITEMS)]
    chance.shuffle(cards)
    chance.shuffle(items)
    return [Lending(item, card) for item, card in zip(items, cards, strict=False)]


def shares(all_of_them: list[Lending], stations: int) -> Iterator[list[Lending]]:
    """One list for each station."""
    each = len(all_of_them) // stations
    source = iter(all_of_them)
    return (list(islice(source, each)) for _ in range(stations))
