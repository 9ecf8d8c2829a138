"""Invented names of readers and authors (service/sample/names.toml)."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from random import Random
from typing import Literal

from msgspec import Struct
from msgspec.toml import decode

from service.sample.grammar import Grammar

Authors = Literal["pen", "person", "body"]


class NameTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of names, and the words that stand in them."""

    patron: tuple[str, ...]
    pen: tuple[str, ...]
    person: tuple[str, ...]
    body: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


@cache
def name_table() -> NameTable:
    """The table that ships with the program."""
    return decode(files(__package__).joinpath("names.toml").read_bytes(), type=NameTable)


@cache
def name_grammar() -> Grammar:
    """Makes the table's names."""
    return Grammar(name_table().words)


def patron_name(chance: Random) -> str:
    """Family name first, given name last."""
    return name_grammar().any_sentence(name_table().patron, chance)


def author_circle(authors: Authors, titles: int, chance: Random) -> Callable[[], str]:
    """Draws authors of a subject from a circle of so many that one writes about four titles."""
    patterns: tuple[str, ...] = getattr(name_table(), authors)
    circle = [name_grammar().any_sentence(patterns, chance) for _ in range(1 + titles // 4)]
    return lambda: chance.choice(circle)
