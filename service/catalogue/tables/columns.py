"""The columns of every kind of file, the names they go by, and what one line makes."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field

from service.catalogue.entries import ItemEntry, LoanEntry, PatronEntry, TitleEntry
from service.catalogue.normal_form import LONGEST, class_number, isbn, tidy
from service.catalogue.tables import cells
from service.catalogue.tables.cells import BadCell
from service.vietnamese import search_key

Line = Mapping[str, Any]
"""Parsed cells of one line by column; a column that the file lacks is missing."""


class Kind(StrEnum):
    """What the lines of a file are."""

    ITEMS = "items"
    PATRONS = "patrons"
    LOANS = "loans"


class Column(Struct, frozen=True):
    """`names`: what else it may be called, without accents and in small letters."""

    name: str
    parse: Callable[[str], Any]
    names: tuple[str, ...] = ()
    is_needed: bool = False


class TableMap(Struct, frozen=True, forbid_unknown_fields=True):
    """What a library says of its own file: names of columns, and codes of the other system.

    `otherwise`: by column, what holds where a cell is empty or the column missing.
    """

    columns: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    item_types: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    otherwise: dict[str, str] = field(default_factory=dict)

    def ours(self, column: str, cell: str) -> str:
        """The cell with another system's code put into ours."""
        return getattr(self, _CODES[column]).get(cell, cell) if column in _CODES else cell


_CODES = {
    "home_point": "points",
    "point": "points",
    "item_type": "item_types",
    "category": "categories",
}


def table_map(own: bytes) -> TableMap:
    """Raises msgspec.DecodeError."""
    return msgspec.toml.decode(own, type=TableMap)


def _tidy(longest: int) -> Callable[[str], str]:
    return lambda cell: tidy(cells.text(longest)(cell))


def _class_number(cell: str) -> str:
    return cells.text(LONGEST["ddc"])(class_number(cell))


def _isbns(cell: str) -> tuple[str, ...]:
    """Parted by spaces or semicolons."""
    found = [isbn(one) for one in cells.text(1000)(cell).replace(";", " ").split()]
    if None in found:
        raise BadCell("holds something that is no ISBN: its check digit is wrong")
    return tuple(sorted({one for one in found if one}))


_number, _name = cells.text(LONGEST["number"]), cells.text(LONGEST["author"])
_code = cells.text(32)

COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.ITEMS: (
        Column(
            "number",
            _number,
            ("barcode", "accession number", "so dkcb", "dkcb", "so dang ky ca biet", "ma vach"),
            is_needed=True,
        ),
        Column(
            "title",
            _tidy(LONGEST["title"]),
            ("nhan de", "ten sach", "ten tai lieu"),
            is_needed=True,
        ),
        Column("author", _tidy(LONGEST["author"]), ("tac gia",)),
        Column("ddc", _class_number, ("class number", "phan loai", "ky hieu phan loai")),
        Column("control_number", _number, ("ma bieu ghi",)),
        Column("isbns", _isbns, ("isbn",)),
        Column("item_type", _code, ("loai tai lieu", "kieu tai lieu")),
        Column("home_point", _code, ("point", "diem", "kho", "chi nhanh")),
        Column("shelf_mark", cells.text(LONGEST["shelf_mark"]), ("call number", "ky hieu xep gia")),
        Column("tagged", cells.flag, ("rfid", "co the rfid")),
        Column("parts", cells.parts, ("so phan",)),
        Column("not_for_loan", cells.flag, ("chi doc tai cho",)),
        Column("withdrawn", cells.flag, ("thanh loc",)),
        Column("lost", cells.flag, ("mat",)),
    ),
    Kind.PATRONS: (
        Column("card", cells.card, ("card number", "so the", "ma the"), is_needed=True),
        Column("older_cards", cells.older_cards, ("the cu",)),
        Column("full_name", _name, ("name", "ho ten", "ho va ten"), is_needed=True),
        Column("short_name", _name, ("ten goi",)),
        Column("category", _code, ("loai ban doc", "doi tuong"), is_needed=True),
        Column("point", _code, ("diem", "chi nhanh"), is_needed=True),
        Column("expires", cells.day, ("ngay het han", "het han"), is_needed=True),
        Column("may_not_borrow", cells.flag, ("khong duoc muon",)),
        Column("may_not_renew", cells.flag, ("khong duoc gia han",)),
        Column("guardian_card", cells.card, ("the nguoi giam ho",)),
    ),
    Kind.LOANS: (
        Column(
            "number", _number, ("barcode", "so dkcb", "dkcb", "so dang ky ca biet"), is_needed=True
        ),
        Column("card", cells.card, ("card number", "so the", "ma the"), is_needed=True),
        Column("opened", cells.moment, ("ngay muon",), is_needed=True),
        Column("due", cells.day, ("han tra", "ngay phai tra"), is_needed=True),
        Column("renewals", cells.count, ("so lan gia han",)),
    ),
}

MAY_BE_EMPTY = {"card"}
"""Needed, but a patron may have older cards only."""


def column_of(kind: Kind, header: str, table: TableMap) -> Column | None:
    """Which column a heading means; None for one that is not taken."""
    wanted = table.columns.get(header.strip(), header)
    key = search_key(wanted)
    for column in COLUMNS[kind]:
        if key in {search_key(column.name), *column.names}:
            return column
    return None


def _item(at: int, line: Line) -> TitleEntry:
    told: dict[str, Any] = {name: line.get(name) for name in ItemEntry.__struct_fields__}
    codes: dict[str, Any] = {name: line.get(name) or None for name in ("item_type", "home_point")}
    return TitleEntry(
        at=at,
        title=line["title"],
        author=line.get("author", ""),
        ddc=line.get("ddc"),
        control_number=line.get("control_number") or None,
        isbns=line.get("isbns"),
        items=(ItemEntry(**told | codes),),
    )


def _patron(at: int, line: Line) -> PatronEntry:
    told: dict[str, Any] = {name: line.get(name) for name in PatronEntry.__struct_fields__}
    blank: dict[str, Any] = {name: line.get(name) or None for name in ("card", "short_name")}
    return PatronEntry(**told | blank | {"at": at})


def _loan(at: int, line: Line) -> LoanEntry:
    return LoanEntry(at=at, **line)


ENTRY: dict[Kind, Callable[[int, Line], TitleEntry | PatronEntry | LoanEntry]] = {
    Kind.ITEMS: _item,
    Kind.PATRONS: _patron,
    Kind.LOANS: _loan,
}
