"""Titles and copies from entries: new ones added, known ones brought up to date.

A title is known by its control number; without one, by a copy that stands under the same name, or
by its name among titles without a control number: then only copies are taken. A copy is known by
its accession number.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import astuple
from sqlalchemy import Engine

from service.catalogue.entries import ItemEntry, Problem, TitleEntry
from service.catalogue.marc.from_title import tells_more
from service.catalogue.marc.record import kept
from service.catalogue.shelf import ITEM_COLUMNS, Item, Shelf, Title
from service.catalogue.taken import Taken, one_transaction, unknown

ELSEWHERE = (
    "stands under another title here: correct the number, or say --move-copies if the file is right"
)
LATER = "write it into the map (docs/catalogue.md), or add it to the library"


def take_titles(
    engine: Engine, entries: Sequence[TitleEntry], *, is_rehearsal: bool, may_move: bool
) -> Taken:
    """In one transaction; a copy that cannot be taken is told and leaves the others alone.

    `may_move`: a copy that stands under another title follows the entry.
    """
    with one_transaction(engine, is_rehearsal=is_rehearsal) as connection:
        shelf = Shelf(connection, entries)
        problems = [
            problem for entry in entries for problem in _take(shelf, entry, may_move=may_move)
        ]
        return Taken(shelf.write(), tuple(problems))


def _take(shelf: Shelf, entry: TitleEntry, *, may_move: bool) -> Iterator[Problem]:
    """A line that only tells of a copy brings no title when the copy cannot be taken."""
    good = []
    for item in entry.items:
        text = _trouble(shelf, item)
        if text is None and not may_move and _stands_elsewhere(shelf, entry, item):
            text = ELSEWHERE
        if text is None:
            good.append(item)
        else:
            yield Problem(entry.at, item.number, text)
    if good or entry.record is not None:
        title = _title_of(shelf, entry)
        title.is_named = True
        for item in good:
            _put(shelf, item, title)


def _trouble(shelf: Shelf, item: ItemEntry) -> str | None:
    """Why this copy cannot be taken."""
    is_new = item.number not in shelf.items
    for what, code, known in (
        ("point", item.home_point, shelf.points),
        ("item type", item.item_type, shelf.item_types),
    ):
        if code is not None and code not in known:
            return f"{unknown(what, code, known)}: {LATER}"
        if code is None and is_new:
            return f"nothing says which {what} it has: name one under [otherwise] in the map"
    return None


def _stands_elsewhere(shelf: Shelf, entry: TitleEntry, item: ItemEntry) -> bool:
    """Two libraries may have given one number to two books."""
    known = shelf.items.get(item.number)
    if known is None or known.title.name == (entry.title, entry.author):
        return False
    return entry.control_number is None or known.title.control_number != entry.control_number


def _title_of(shelf: Shelf, entry: TitleEntry) -> Title:
    if entry.control_number is None:
        return _by_name(shelf, entry) or _new(shelf, entry)
    known = shelf.by_control_number.get(entry.control_number)
    if known is None:
        return _new(shelf, entry)
    return _brought_up_to_date(known, entry)


def _by_name(shelf: Shelf, entry: TitleEntry) -> Title | None:
    name = entry.title, entry.author
    copies = (shelf.items.get(item.number) for item in entry.items)
    titles = (copy.title for copy in copies if copy is not None and copy.title.name == name)
    return next(titles, shelf.by_name.get(name))


def _new(shelf: Shelf, entry: TitleEntry) -> Title:
    return _brought_up_to_date(shelf.add_title(entry), entry)


def _brought_up_to_date(title: Title, entry: TitleEntry) -> Title:
    title.title, title.author = entry.title, entry.author
    if entry.ddc is not None:
        title.ddc = entry.ddc
    if entry.isbns is not None:
        title.isbns = tuple(sorted(set(entry.isbns)))
    if entry.record is not None:
        title.record = kept(entry.record) if tells_more(entry) else None
    return title


def _put(shelf: Shelf, entry: ItemEntry, title: Title) -> None:
    told = dict(zip(ITEM_COLUMNS, astuple(entry)[1:], strict=True))
    known = shelf.items.get(entry.number)
    if known is None:
        given = {name: value for name, value in told.items() if value is not None}
        shelf.items[entry.number] = Item(0, entry.number, title, **given)
        return
    known.title = title
    for name, value in told.items():
        if value is not None:
            setattr(known, name, value)
