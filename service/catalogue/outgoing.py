"""What the library has, entry by entry, as an import would take it. Read in pages of some hundreds.

Each page is one look at the database: what changes meanwhile is told as it was or as it is.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from service.catalogue.entries import ItemEntry, LoanEntry, PatronEntry, TitleEntry
from service.catalogue.marc.record import from_kept
from service.catalogue.shelf import ITEM_COLUMNS
from service.circulation.words import CardState
from service.database.connection import Lookup, Reader

PAGE = 500

_TITLES = (
    "SELECT id, title, author, ddc, control_number FROM titles WHERE id > ? ORDER BY id LIMIT ?"
)
_ISBNS = Lookup("title, isbn", "isbns WHERE title {among} ORDER BY isbn")
_RECORDS = Lookup("title, record", "marc_records WHERE title {among}")
_ITEMS = Lookup(
    f"title, number, {', '.join(ITEM_COLUMNS)}", "items WHERE title {among} ORDER BY id"
)
_PATRONS = (
    "SELECT id, full_name, category, point, CAST(expires AS TEXT), short_name, may_not_borrow,"
    " may_not_renew, guardian FROM patrons"
    " WHERE (guardian IS NOT NULL) = ? AND id > ? ORDER BY id LIMIT ?"
)
_CARDS = Lookup("patron, number, state", "patron_cards WHERE patron {among} ORDER BY number")
_LOANS = (
    "SELECT l.id, i.number, l.patron, l.opened_at_ms, CAST(l.due AS TEXT), l.renewals"
    " FROM loans l JOIN items i ON i.id = l.item"
    " WHERE l.state = 'open' AND l.patron IS NOT NULL AND l.id > ? ORDER BY l.id LIMIT ?"
)


def titles(reader: Reader) -> Iterator[TitleEntry]:
    """With their copies and the records they came with."""
    for page in _pages(reader, _TITLES):
        numbers = {row[0] for row in page}
        isbns, records = _by_number(reader, _ISBNS, numbers), _by_number(reader, _RECORDS, numbers)
        items = _by_number(reader, _ITEMS, numbers)
        for number, title, author, ddc, control_number in page:
            yield TitleEntry(
                at=number,
                title=title,
                author=author,
                ddc=ddc,
                control_number=control_number,
                isbns=tuple(isbn for (isbn,) in isbns[number]),
                items=tuple(_item(row) for row in items[number]),
                record=next((from_kept(bytes(kept)) for (kept,) in records[number]), None),
            )


def _item(row: tuple[Any, ...]) -> ItemEntry:
    number, item_type, home_point, shelf_mark, tagged, parts, *flags = row
    told = bool(tagged), parts, *map(bool, flags)
    return ItemEntry(number, item_type, home_point, shelf_mark, *told)


def patrons(reader: Reader) -> Iterator[PatronEntry]:
    """Those without a guardian first: whoever reads the file knows guardians before children."""
    for has_guardian in (False, True):
        for page in _pages(reader, _PATRONS, has_guardian):
            numbers = {row[0] for row in page} | {row[-1] for row in page if row[-1] is not None}
            cards = _by_number(reader, _CARDS, numbers)
            for row in page:
                yield _patron(row, cards)


def _patron(row: tuple[Any, ...], cards: dict[int, list[tuple[Any, ...]]]) -> PatronEntry:
    number, full_name, category, point, expires, short_name, not_borrow, not_renew, guardian = row
    active = CardState.ACTIVE.value
    return PatronEntry(
        at=number,
        card=next((card for card, state in cards[number] if state == active), None),
        older_cards=tuple(one for one in cards[number] if one[1] != active),
        full_name=full_name,
        category=category,
        point=point,
        expires=date.fromisoformat(expires),
        short_name=short_name,
        may_not_borrow=bool(not_borrow),
        may_not_renew=bool(not_renew),
        guardian_card=_best_card(cards[guardian]) if guardian is not None else "",
    )


def _best_card(cards: list[tuple[Any, ...]]) -> str:
    """The one that counts, else any that leads to the same patron."""
    ordered = sorted(cards, key=lambda card: card[1] != CardState.ACTIVE)
    return str(ordered[0][0]) if ordered else ""


def loans(reader: Reader) -> Iterator[LoanEntry]:
    """Open ones, to the millisecond."""
    for page in _pages(reader, _LOANS):
        cards = _by_number(reader, _CARDS, {row[2] for row in page})
        for number, item, patron, opened, due, renewals in page:
            yield LoanEntry(
                at=number,
                number=item,
                card=_best_card(cards[patron]),
                opened=datetime.fromtimestamp(opened / 1000, UTC).isoformat(),
                due=date.fromisoformat(due),
                renewals=renewals,
            )


def _pages(reader: Reader, query: str, *values: object) -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    while page := reader.all(query, *values, after, PAGE):
        yield page
        after = page[-1][0]


def _by_number(
    reader: Reader, lookup: Lookup, numbers: set[int]
) -> dict[int, list[tuple[Any, ...]]]:
    """Rows by their first column."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for number, *others in reader.find(lookup, numbers):
        found[number].append(tuple(others))
    return found
