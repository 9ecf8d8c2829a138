"""Titles and copies of one part of a file: read, changed in memory, written all together."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select, update

from service.catalogue import index
from service.catalogue.entries import Count, TitleEntry
from service.catalogue.taken import free_numbers
from service.database import models

AT_ONCE = 500
"""Values in one list of keys."""


@dataclass(slots=True)
class Title:
    """A title as it shall stand; `id` 0 is one that is not written. `was`: as it stands."""

    id: int
    title: str
    author: str
    ddc: str
    control_number: str | None
    isbns: tuple[str, ...] = ()
    record: bytes | None = None
    was: tuple[object, ...] | None = None
    is_named: bool = False  # by an entry, and not only found on the way

    @property
    def name(self) -> tuple[str, str]:
        return self.title, self.author


@dataclass(slots=True)
class Item:
    """A copy as it shall stand."""

    id: int
    number: str
    title: Title
    item_type: str
    home_point: str
    shelf_mark: str = ""
    tagged: bool = False
    parts: int = 1
    not_for_loan: bool = False
    withdrawn: bool = False
    lost: bool = False
    was: tuple[object, ...] | None = None


Row = Title | Item
_WORKING = {"id", "was", "is_named"}
ITEM_COLUMNS = "item_type home_point shelf_mark tagged parts not_for_loan withdrawn lost".split()
"""What an entry may tell of a copy, in the order of Item."""


def values(row: Row) -> tuple[object, ...]:
    """What makes a difference; a title by its identity, since it may have no number yet."""
    found = (getattr(row, f.name) for f in fields(row) if f.name not in _WORKING)
    return tuple(id(value) if isinstance(value, Title) else value for value in found)


def stands(row: Row) -> None:
    """The row is in the database as it is now."""
    row.was = values(row)


class Shelf:
    """What the library has of all that these entries name."""

    def __init__(self, connection: Connection, entries: Sequence[TitleEntry]) -> None:
        self._connection = connection
        self.points = set(connection.scalars(select(models.points.c.code)))
        self.item_types = set(connection.scalars(select(models.item_types.c.code)))
        self.titles: dict[int, Title] = {}
        self.new_titles: list[Title] = []
        self.by_control_number: dict[str, Title] = {}
        self.by_name: dict[tuple[str, str], Title] = {}
        self.items: dict[str, Item] = {}
        self._read(entries)

    def add_title(self, entry: TitleEntry) -> Title:
        title = Title(0, entry.title, entry.author, entry.ddc or "", entry.control_number)
        self.new_titles.append(title)
        self._know(title)
        return title

    def _read(self, entries: Sequence[TitleEntry]) -> None:
        numbers = {item.number for entry in entries for item in entry.items}
        copies = self._rows(models.items, models.items.c.number, numbers)
        controls = {entry.control_number for entry in entries if entry.control_number}
        unnumbered = [entry for entry in entries if entry.control_number is None]
        keys = {index.key_of(entry.title, entry.author) for entry in unnumbered}
        for row in (
            *self._rows(models.titles, models.titles.c.control_number, controls),
            *self._rows(models.titles, models.titles.c.id, {copy.title for copy in copies}),
            *self._rows(models.titles, models.titles.c.search_key, keys),
        ):
            if row.id not in self.titles:
                self._know(Title(row.id, row.title, row.author, row.ddc, row.control_number))
        self._read_parts()
        for title in self.titles.values():
            stands(title)
        for row in copies:
            told = (getattr(row, name) for name in ITEM_COLUMNS)
            item = Item(row.id, row.number, self.titles[row.title], *told)
            stands(item)
            self.items[item.number] = item

    def _know(self, title: Title) -> None:
        """Of titles with one name the first counts."""
        if title.id:
            self.titles[title.id] = title
        if title.control_number is None:
            self.by_name.setdefault(title.name, title)
        else:
            self.by_control_number[title.control_number] = title

    def _read_parts(self) -> None:
        for row in self._rows(models.marc_records, models.marc_records.c.title, self.titles):
            self.titles[row.title].record = row.record
        for row in self._rows(models.isbns, models.isbns.c.title, self.titles):
            title = self.titles[row.title]
            title.isbns = tuple(sorted((*title.isbns, row.isbn)))

    def _rows(self, table: Table, column: Column[Any], keys: Collection[Any]) -> list[Any]:
        """In the order of their numbers, where they have some."""
        wanted, order = sorted(keys), table.primary_key.columns.values()
        return [
            row
            for at in range(0, len(wanted), AT_ONCE)
            for row in self._connection.execute(
                select(table).where(column.in_(wanted[at : at + AT_ONCE])).order_by(*order)
            )
        ]

    def write(self) -> dict[str, Count]:
        """Everything that is new or changed; what became of titles and copies."""
        known = [*self.titles.values(), *self.new_titles]
        return {
            "titles": self._write_titles([t for t in known if t.is_named]),
            "items": self._write_items(list(self.items.values())),
        }

    def _write_titles(self, rows: list[Title]) -> Count:
        new, changed = _sorted_out(rows)
        numbers = free_numbers(self._connection, models.titles, len(new))
        for title, number in zip(new, numbers, strict=True):
            title.id = number
        self._insert(models.titles, [_title_row(title) for title in new])
        self._update(models.titles, [_title_row(title) for title in changed])
        self._write_parts([*new, *changed])
        named = ((t.id, t.title, t.author) for t in (*new, *changed) if _is_renamed(t))
        index.keep(self._connection, named)
        return Count(len(new), len(changed), len(rows) - len(new) - len(changed))

    def _write_parts(self, rows: list[Title]) -> None:
        known = [{"of": title.id} for title in rows if title.was is not None]
        for table in (models.isbns, models.marc_records):
            if known:
                gone = delete(table).where(table.c.title == bindparam("of"))
                self._connection.execute(gone, known)
        records = [{"title": t.id, "record": t.record} for t in rows if t.record is not None]
        self._insert(models.marc_records, records)
        numbers = [{"title": t.id, "isbn": number} for t in rows for number in t.isbns]
        self._insert(models.isbns, numbers)

    def _write_items(self, rows: list[Item]) -> Count:
        new, changed = _sorted_out(rows)
        self._insert(models.items, [_item_row(item) for item in new])
        self._update(models.items, [{"id": item.id, **_item_row(item)} for item in changed])
        return Count(len(new), len(changed), len(rows) - len(new) - len(changed))

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)

    def _update(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            changed = update(table).where(table.c.id == bindparam("of"))
            self._connection.execute(changed, [{**row, "of": row.pop("id")} for row in rows])


def _sorted_out(rows: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """New ones, and changed ones."""
    changed = [row for row in rows if row.was != values(row)]
    return [r for r in changed if r.was is None], [r for r in changed if r.was is not None]


def _is_renamed(title: Title) -> bool:
    return title.was is None or title.was[:2] != title.name


def _title_row(title: Title) -> dict[str, Any]:
    return {
        "id": title.id,
        "title": title.title,
        "author": title.author,
        "ddc": title.ddc,
        "control_number": title.control_number,
        "search_key": index.key_of(*title.name),
    }


def _item_row(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM_COLUMNS} | {
        "number": item.number,
        "title": item.title.id,
    }
