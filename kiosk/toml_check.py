"""A TOML tree held against the frozen structs it is meant for: all mistakes, each with its line."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from kiosk import toml_words as words

HEADER = re.compile(r"\s*(\[+)([^\[\]]+)\]")
KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")


def problems_of(table: object, kind: type[Struct], at: str = "") -> Iterator[tuple[str, str]]:
    """Dotted names of what does not fit, each with what is wrong there and what to write."""
    if not isinstance(table, dict):
        yield at, f"must be a table, found {words.as_toml(table)}; write its keys under [{at}]"
        return
    prefix = f"{at}." if at else ""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in table.keys() - fields:
        yield f"{prefix}{key}", words.unknown_key(key, fields)
    for name, field in fields.items():
        if name in table:
            yield from _problems_of_field(f"{prefix}{name}", table[name], field)
        elif field.required:
            yield f"{prefix}{name}", words.missing(name, field.type)


def _problems_of_field(name: str, value: object, field: FieldInfo) -> Iterator[tuple[str, str]]:
    if (section := _section_of(field.type)) is not None:
        yield from problems_of(value, section, name)
    elif (section := _listed_section_of(field.type)) is not None:
        yield from _problems_of_list(value, section, name)
    else:
        yield from _bad_value(name, value, field)


def _section_of(kind: object) -> type[Struct] | None:
    """The struct that a key holds, if it holds one and nothing else."""
    if get_origin(kind) is tuple:
        return None
    candidates = getattr(kind, "__args__", (kind,))
    sections = [one for one in candidates if isinstance(one, type) and issubclass(one, Struct)]
    return sections[0] if len(sections) == 1 else None


def _listed_section_of(kind: object) -> type[Struct] | None:
    return _section_of(get_args(kind)[0]) if get_origin(kind) is tuple else None


def _problems_of_list(tables: object, kind: type[Struct], at: str) -> Iterator[tuple[str, str]]:
    """Tables of a list are numbered from 1: device.1, device.2."""
    if isinstance(tables, list):
        for number, table in enumerate(tables, 1):
            yield from problems_of(table, kind, f"{at}.{number}")
    elif isinstance(tables, dict):
        yield at, f"must be a list of tables; write [[{at}]] with two brackets"
    else:
        yield at, f"must be a list of tables, found {tables!r}; write each under [[{at}]]"


def _bad_value(name: str, value: object, field: FieldInfo) -> Iterator[tuple[str, str]]:
    if get_origin(field.type) is Literal:
        choices = get_args(field.type)
        if not any(value == each and type(value) is type(each) for each in choices):
            yield name, words.wrong_choice(value, choices, field.default)
        return
    try:
        msgspec.convert(value, type=field.type)
    except msgspec.ValidationError as problem:
        yield name, words.wrong_value(value, field.type, field.default, str(problem))


def line_of(name: str, text: str) -> int:
    """Where a dotted name stands, or else the table that it belongs to; else the first line."""
    lines: dict[str, int] = {}
    listed: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _numbered(_plain(header[2]), listed, opens=header[1] == "[[")
            _note(lines, table, number)
        elif key := KEY.match(line):
            _note(lines, f"{table}.{_plain(key[1])}" if table else _plain(key[1]), number)
    while name and name not in lines:
        name = name.rpartition(".")[0]
    return lines.get(name, 1)


def _numbered(table: str, listed: Counter[str], *, opens: bool) -> str:
    """`device` under its second [[device]] is device.2, and so is what [device.settings] opens."""
    listed[table] += opens
    head, dot, rest = table.partition(".")
    return f"{head}.{listed[head]}{dot}{rest}" if listed[head] else table


def _note(lines: dict[str, int], name: str, number: int) -> None:
    while name:
        lines.setdefault(name, number)
        name = name.rpartition(".")[0]


def _plain(dotted: str) -> str:
    return ".".join(part.strip(" \t\"'") for part in dotted.split("."))
