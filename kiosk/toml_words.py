"""How mistakes in a TOML file are said: what a key wants, what stands there, what to write."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from msgspec import NODEFAULT, inspect

AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
AT_END = " (at end of document)"

SYNTAX = (
    # how the parser's sentence begins, what was meant, what to do
    ("Cannot overwrite a value", "this key stands here a second time", "keep one of the two"),
    ("Cannot declare", "this table stands here a second time", "put its keys under one of the two"),
    ("Cannot mutate immutable", "this table was closed before", "put its keys under one heading"),
    (
        "Expected '=' after a key",
        "a key without a value",
        'write key = value, as in name = "Máy 1"',
    ),
    ("Illegal character '\\n'", "a text without an end", 'close it with " on the same line'),
    ("Unterminated string", "a text without an end", 'close it with " on the same line'),
    ("Unclosed array", "a list without an end", "close it with ]"),
    ("Invalid value", "no value", "write text in quotes, numbers and true or false without"),
    ("Unescaped '\\'", "a backslash in a text", "put such a text in single quotes: '\\d{8}'"),
    ("Invalid statement", "neither key nor table", "begin remarks with #"),
)
"""The parser's sentences are Python's own (tomllib)."""

UNKNOWN_SYNTAX = "compare it with the example of a configuration in the manual"


def syntax_problem(told: str, last_line: int) -> tuple[int, str]:
    """Line and sentence for what the parser told."""
    found = AT_LINE.search(told)
    line = int(found[1]) if found else last_line
    plain = AT_LINE.sub("", told).removesuffix(AT_END)
    for start, meant, do in SYNTAX:
        if plain.startswith(start):
            return line, f"{meant}; {do}"
    return line, f"no TOML: {plain[:1].lower()}{plain[1:]}; {UNKNOWN_SYNTAX}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """With the nearest name, or else all of them."""
    names = sorted(known)
    near = get_close_matches(key, names, n=1, cutoff=0.5)
    if near:
        return f"unknown key; did you mean {near[0]!r}?"
    return f"unknown key; remove it, or use one of: {', '.join(names)}"


def wrong_choice(value: object, choices: Iterable[Any], default: object) -> str:
    """With the nearest choice."""
    known = list(choices)
    wanted = f"must be one of {', '.join(map(as_toml, known))}, found {as_toml(value)}"
    near = _nearest(value, known)
    if near is None:
        return wanted + _for_example(default)
    return f"{wanted}; did you mean {as_toml(near)}?"


def wrong_value(value: object, kind: object, default: object, complaint: str) -> str:
    """`complaint`: what is told about kinds that have no words here."""
    info = inspect.type_info(kind)
    words = _words(info)
    found = as_toml(value)
    if words is None:
        return f"{complaint[:1].lower()}{complaint[1:]}, found {found}{_for_example(default)}"
    if isinstance(value, str) and "number" in words and _is_number(value):
        return f"must be {words}, found the text {found}; write {value.strip()} without quotes"
    return f"must be {words}, found {found}{_for_example(_example(info, default))}"


def missing(key: str, kind: object) -> str:
    """With a line to write."""
    info = inspect.type_info(kind)
    if isinstance(info, inspect.StructType):
        needed = ", ".join(field.name for field in info.fields if field.required)
        return f"is missing; add [{key}] with {needed}"
    example = _example(info, NODEFAULT)
    if example is NODEFAULT:
        return f"is missing; add {key} = {_words(info) or 'its value'}"
    return f"is missing; add it, as in {key} = {as_toml(example)}"


def as_toml(value: object) -> str:
    """A value as one writes it in the file."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"' if '"' not in value and "\\" not in value else f"'{value}'"
        case dict():
            inside = ", ".join(f"{key} = {as_toml(each)}" for key, each in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case list() | tuple():
            return f"[{', '.join(map(as_toml, value))}]"
        case _:
            return str(value)


def _nearest(value: object, choices: list[Any]) -> object:
    """The choice that was probably meant, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        numbers = [each for each in choices if isinstance(each, int)]
        return min(numbers, key=lambda each: abs(each - value), default=None)
    texts = {each.lower(): each for each in choices if isinstance(each, str)}
    near = get_close_matches(str(value).lower(), texts, n=1)
    return texts[near[0]] if near else None


def _for_example(example: object) -> str:
    if isinstance(example, float):
        return f"; e.g. {example:g}"
    if isinstance(example, bool | int) or (isinstance(example, str | dict) and example):
        return f"; e.g. {as_toml(example)}"
    return ""


def _example(info: inspect.Type, default: object) -> object:
    if isinstance(info, inspect.Metadata):
        examples = (info.extra_json_schema or {}).get("examples") or [default]
        return examples[0]
    return default


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _words(info: inspect.Type) -> str | None:
    """What a key wants; None for kinds whose insides matter as well."""
    match info:
        case inspect.Metadata():
            described = (info.extra_json_schema or {}).get("description")
            return described or _words(info.type)
        case inspect.BoolType():
            return "true or false, without quotes"
        case inspect.IntType():
            return "a whole number" + _bounds(info)
        case inspect.FloatType():
            return "a number" + _bounds(info)
        case inspect.StrType():
            return _text_words(info)
        case inspect.EnumType():
            return f"one of {', '.join(as_toml(each.value) for each in info.cls)}"
        case inspect.LiteralType():
            return f"one of {', '.join(map(as_toml, info.values))}"
        case inspect.UnionType():
            return _either(info)
        case inspect.DictType(key_type=inspect.StrType(), value_type=inspect.AnyType()):
            return "a table"
        case _:
            return None


def _either(info: inspect.UnionType) -> str | None:
    words = [_words(each) for each in info.types if not isinstance(each, inspect.NoneType)]
    told = [each for each in words if each is not None]
    return " or ".join(told) if told and len(told) == len(words) else None


def _bounds(info: inspect.IntType | inspect.FloatType) -> str:
    if info.ge is not None and info.le is not None:
        return f" from {info.ge:g} to {info.le:g}"
    bounds = (("greater than", info.gt), ("at least", info.ge), ("at most", info.le))
    told = [f"{words} {limit:g}" for words, limit in bounds if limit is not None]
    return f", {' and '.join(told)}" if told else ""


def _text_words(info: inspect.StrType) -> str:
    least, most = info.min_length or 0, info.max_length
    length = f" of {least} to {most} characters" if most else " that is not empty" if least else ""
    shape = f" that looks like {info.pattern}" if info.pattern else ""
    return f"text in quotes{length}{shape}"
