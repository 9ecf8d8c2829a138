"""Invented names of readers and authors (service/sample/names.toml)."""

import re
from functools import cache
from importlib.resources import files
from random import Random
from typing import Literal
from zlib import crc32

from msgspec import Struct
from msgspec.toml import decode

from service.sample.grammar import Grammar

Authors = Literal["pen", "person", "body", "editors"]

_NUMBERED = re.compile(r"\. (?:Tập|Số) ")


class NameTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of names, and the words that stand in them."""

    patron: tuple[str, ...]
    pen: tuple[str, ...]
    person: tuple[str, ...]
    body: tuple[str, ...]
    editors: tuple[str, ...]
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


class AuthorCircle:
    """The authors of a subject, so many that one writes about four of its titles."""

    def __init__(self, authors: Authors, titles: int, chance: Random) -> None:
        patterns: tuple[str, ...] = getattr(name_table(), authors)
        self._members = [
            name_grammar().any_sentence(patterns, chance) for _ in range(1 + titles // 4)
        ]

    def author_of(self, title: str) -> str:
        """All volumes of a work and all issues of a periodical have the same."""
        work = _NUMBERED.split(title)[0]
        return self._members[crc32(work.encode()) % len(self._members)]
