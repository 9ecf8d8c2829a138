"""From a MARC record to a title with its copies, by the table of fields."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from service.catalogue.entries import ItemEntry, Problem, TitleEntry
from service.catalogue.marc.mapping import ItemFields, Mapping, Source
from service.catalogue.marc.record import MarcField, MarcRecord, Unreadable
from service.catalogue.normal_form import LONGEST, class_number, damage_in, isbn, one_line, tidy

_NO = {"", "0", "n", "no", "false", "không"}
_PARTS = re.compile("[1-9][0-9]?")
_LINE_ENDS = re.compile(r"[\t\r\n]+")


def entry(at: int, given: MarcRecord, table: Mapping) -> tuple[TitleEntry, list[Problem]]:
    """The title and its copies, and what of them could not be taken. Raises Unreadable."""
    record = _clean(given)
    isbns, wrong = _isbns(at, record, table)
    items, problems = _items(at, record, table)
    made = TitleEntry(
        at=at,
        title=title_of(record, table),
        author=author_of(record, table),
        ddc=class_number_of(record, table),
        control_number=_control_number(record),
        isbns=isbns,
        items=items,
        record=record.without(*(fields.field for fields in table.items)),
    )
    _check(made)
    return made, [*problems, *wrong]


def _clean(record: MarcRecord) -> MarcRecord:
    """Composed letters on one line; lengths and encoding of the file it came in forgotten."""
    leader = f"00000{record.leader[5:9]}a{record.leader[10:12]}00000{record.leader[17:]}"
    return MarcRecord(leader, tuple(_clean_field(field) for field in record.fields))


def _clean_field(field: MarcField) -> MarcField:
    for text in (field.value, *(value for _, value in field.subfields)):
        if damage := damage_in(text):
            raise Unreadable(f"its field {field.tag} holds the sign {damage}, which is no letter")
    parts = tuple((code, _on_one_line(value)) for code, value in field.subfields)
    return MarcField(field.tag, _on_one_line(field.value), parts)


def _on_one_line(text: str) -> str:
    """Spaces are counted in control fields: none is taken away."""
    return _LINE_ENDS.sub(" ", normalize("NFC", text))


def title_of(record: MarcRecord, table: Mapping) -> str:
    return _first(record, table.title, ". ")


def author_of(record: MarcRecord, table: Mapping) -> str:
    return _first(record, table.author, " ")


def class_number_of(record: MarcRecord, table: Mapping) -> str:
    return class_number(_first(record, table.class_number, " "))


def isbns_of(record: MarcRecord, table: Mapping) -> tuple[str, ...]:
    return _isbns(0, record, table)[0]


def _first(record: MarcRecord, sources: tuple[Source, ...], between: str) -> str:
    for tag, codes in sources:
        for field in record.all(tag):
            if text := tidy(between.join(filter(None, map(tidy, field.all(codes))))):
                return text
    return ""


def _control_number(record: MarcRecord) -> str | None:
    number, agency = record.first("001"), record.first("003")
    if number is None or not number.value.strip():
        return None
    whose = agency.value.strip() if agency else ""
    return f"({whose}){one_line(number.value)}" if whose else one_line(number.value)


def _isbns(at: int, record: MarcRecord, table: Mapping) -> tuple[tuple[str, ...], list[Problem]]:
    typed = [text for tag, codes in table.isbn for f in record.all(tag) for text in f.all(codes)]
    good = {number for text in typed if (number := isbn(text))}
    wrong = [text for text in typed if text.strip() and not isbn(text)]
    text = "is no ISBN: its check digit is wrong or signs are missing; left out"
    return tuple(sorted(good)), [Problem(at, one_line(bad)[:40], text, taken=True) for bad in wrong]


def _items(
    at: int, record: MarcRecord, table: Mapping
) -> tuple[tuple[ItemEntry, ...], list[Problem]]:
    """Copies by number; a number that stands twice is one copy."""
    for fields in table.items:
        found = list(_numbered(record, fields))
        if found:
            items = [_item(number, field, fields, table) for number, field in found]
            return _sound(at, items)
    return (), []


def _numbered(record: MarcRecord, fields: ItemFields) -> Iterator[tuple[str, MarcField]]:
    for place in record.all(fields.field):
        for code in fields.number:
            numbers = [one_line(value) for value in place.all(code) if value.strip()]
            yield from ((number, place) for number in numbers)
            if numbers:
                break


def _item(number: str, place: MarcField, fields: ItemFields, table: Mapping) -> ItemEntry:
    point, kind = _told(place, fields.home_point), _told(place, fields.item_type)
    parts = _told(place, fields.parts)
    return ItemEntry(
        number=number,
        item_type=table.item_types.get(kind or "", kind) or table.otherwise.item_type,
        home_point=table.points.get(point or "", point) or table.otherwise.home_point,
        shelf_mark=_joined(place, fields.shelf_mark),
        tagged=_flag(place, fields.tagged),
        parts=int(parts) if parts and _PARTS.fullmatch(parts) else None,
        not_for_loan=_flag(place, fields.not_for_loan),
        withdrawn=_flag(place, fields.withdrawn),
        lost=_flag(place, fields.lost),
    )


def _told(place: MarcField, codes: str) -> str | None:
    text = place.first(codes)
    return one_line(text) if text else None


def _joined(place: MarcField, codes: str) -> str | None:
    values = [one_line(value) for code in codes for value in place.all(code)]
    return " ".join(filter(None, values)) if values else None


def _flag(place: MarcField, code: str) -> bool | None:
    value = next(place.all(code), None) if code else None
    return None if value is None else value.strip().lower() not in _NO


def _sound(at: int, items: list[ItemEntry]) -> tuple[tuple[ItemEntry, ...], list[Problem]]:
    good: dict[str, ItemEntry] = {}
    problems = []
    for item in items:
        if len(item.number) > LONGEST["number"]:
            problems.append(Problem(at, item.number[:20], "is too long for an accession number"))
        elif len(item.shelf_mark or "") > LONGEST["shelf_mark"]:
            problems.append(Problem(at, item.number, "has too long a shelf mark"))
        else:
            good.setdefault(item.number, item)
    return tuple(good.values()), problems


def _check(made: TitleEntry) -> None:
    if not made.title:
        raise Unreadable("it has no title (245 $a)")
    for name, longest in (("title", LONGEST["title"]), ("author", LONGEST["author"])):
        if len(getattr(made, name)) > longest:
            raise Unreadable(f"its {name} is longer than {longest} letters")
    if len(made.ddc or "") > LONGEST["ddc"]:
        raise Unreadable(f"its class number is longer than {LONGEST['ddc']} signs")
    if len(made.control_number or "") > LONGEST["number"]:
        raise Unreadable(f"its control number is longer than {LONGEST['number']} signs")
