"""From a title with its copies to a MARC record: the one it came with, brought up to date."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from service.catalogue.entries import ItemEntry, TitleEntry
from service.catalogue.marc.mapping import Mapping, mapping
from service.catalogue.marc.record import USUAL_LEADER, MarcField, MarcRecord, control, data
from service.catalogue.marc.to_title import author_of, class_number_of, isbns_of, title_of

_CONTROL_NUMBER = re.compile(r"\(([^()]+)\)(.+)")


def record_of(title: TitleEntry) -> MarcRecord:
    """The record that, read by the shipped table, gives this title and these copies again."""
    record = title.record or MarcRecord(USUAL_LEADER, _control_fields(title.control_number))
    for part in _WRITTEN:
        wanted = getattr(title, part.name)
        if part.read(record, mapping()) != wanted:
            left = record.without(*part.tags)
            record = MarcRecord(record.leader, (*left.fields, *part.write(wanted)))
    return MarcRecord(record.leader, (*record.fields, *map(_item_field, title.items)))


def tells_more(title: TitleEntry) -> bool:
    """Whether the record holds anything that the rows of the library do not."""
    return title.record != record_of(replace(title, record=None, items=()))


class _Part(Struct, frozen=True):
    """What a title keeps apart from its record, and the fields that say it."""

    name: str
    tags: tuple[str, ...]
    read: Callable[[MarcRecord, Mapping], object]
    write: Callable[[Any], list[MarcField]]


def _heading(tag: str, text: str) -> list[MarcField]:
    return [data(tag, ("a", text))] if text else []


_WRITTEN = (
    _Part("isbns", ("020",), isbns_of, lambda numbers: [data("020", ("a", n)) for n in numbers]),
    _Part("ddc", ("082", "083", "084"), class_number_of, partial(_heading, "082")),
    _Part("author", ("100", "110", "111", "700", "710"), author_of, partial(_heading, "100")),
    _Part("title", ("245",), title_of, partial(_heading, "245")),
)


def _control_fields(number: str | None) -> tuple[MarcField, ...]:
    if number is None:
        return ()
    parts = _CONTROL_NUMBER.fullmatch(number)
    if parts is None:
        return (control("001", number),)
    return control("001", parts[2]), control("003", parts[1])


def _item_field(item: ItemEntry) -> MarcField:
    flags = {
        "7": item.not_for_loan,
        "0": item.withdrawn,
        "1": item.lost,
        "k": item.tagged,
    }
    return data(
        "952",
        ("p", item.number),
        ("a", item.home_point or ""),
        ("b", item.home_point or ""),
        ("y", item.item_type or ""),
        ("o", item.shelf_mark or ""),
        ("3", str(item.parts)),
        *((code, str(int(bool(flag)))) for code, flag in flags.items()),
    )
