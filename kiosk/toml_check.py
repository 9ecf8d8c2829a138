"""A TOML tree held against the frozen structs it is meant for: all mistakes, each with its line."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

HEADER = re.compile(r"\s*(\[+)([^\[\]]+)\]")
KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")


def problems_of(table: object, kind: type[Struct], at: str = "") -> Iterator[tuple[str, str]]:
    """Dotted names of what does not fit, each with what is wrong there."""
    if not isinstance(table, dict):
        yield at, f"a table is wanted here, found {table!r}"
        return
    prefix = f"{at}." if at else ""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for key in table.keys() - fields:
        yield f"{prefix}{key}", _unknown(key, fields)
    for name, field in fields.items():
        if name not in table:
            if field.required:
                yield f"{prefix}{name}", "is missing"
        elif (section := _section_of(field.type)) is not None:
            yield from problems_of(table[name], section, f"{prefix}{name}")
        elif (section := _listed_section_of(field.type)) is not None:
            yield from _problems_of_list(table[name], section, f"{prefix}{name}")
        else:
            yield from _bad_value(f"{prefix}{name}", table[name], field.type)


def _section_of(kind: object) -> type[Struct] | None:
    if get_origin(kind) is tuple:
        return None
    for candidate in getattr(kind, "__args__", (kind,)):
        if isinstance(candidate, type) and issubclass(candidate, Struct):
            return candidate
    return None


def _listed_section_of(kind: object) -> type[Struct] | None:
    return _section_of(get_args(kind)[0]) if get_origin(kind) is tuple else None


def _problems_of_list(tables: object, kind: type[Struct], at: str) -> Iterator[tuple[str, str]]:
    """Tables of a list are numbered from 1: device.1, device.2."""
    if not isinstance(tables, list):
        yield at, f"a list of tables is wanted here, each under [[{at}]], found {tables!r}"
        return
    for number, table in enumerate(tables, 1):
        yield from problems_of(table, kind, f"{at}.{number}")


def _unknown(key: str, known: dict[str, Any]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"unknown key; did you mean {near[0]!r}?" if near else "unknown key"


def _bad_value(name: str, value: object, kind: object) -> Iterator[tuple[str, str]]:
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        if not any(value == each and type(value) is type(each) for each in choices):
            yield name, f"must be one of {', '.join(map(repr, choices))}, found {value!r}"
        return
    try:
        msgspec.convert(value, type=kind)
    except msgspec.ValidationError as problem:
        yield name, f"{str(problem)[0].lower()}{str(problem)[1:]}, found {value!r}"


def line_of(name: str, text: str) -> int:
    """Where a dotted name stands, or else the table that it belongs to; 0 if that is nowhere."""
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
    return lines.get(name, 0)


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
