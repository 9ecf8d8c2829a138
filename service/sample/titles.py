"""Invented titles of every subject that a public library has (service/sample/titles.toml)."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from random import Random
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.toml import decode

from service.sample.grammar import Grammar, even_quotas
from service.sample.names import Authors


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind of book is about, where it stands and how much there is of it."""

    name: str
    share: Annotated[int, Meta(gt=0)]
    ddc: str
    stock: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    authors: Authors
    copies: Annotated[float, Meta(ge=1)]
    patterns: tuple[str, ...]
    item_type: str = "book"
    parts: tuple[int, ...] = (1,)


class TitleTable(Struct, frozen=True, forbid_unknown_fields=True):
    """All subjects, and the words that stand in their patterns."""

    subject: tuple[Subject, ...]
    words: dict[str, tuple[str, ...]]


@cache
def title_table() -> TitleTable:
    """The table that ships with the program."""
    return decode(files(__package__).joinpath("titles.toml").read_bytes(), type=TitleTable)


@cache
def title_grammar() -> Grammar:
    """Makes the table's titles."""
    return Grammar(title_table().words)


def invent(subject: Subject, count: int, taken: set[str], chance: Random) -> Iterator[str]:
    """`count` different titles, none of them `taken`, the patterns used as evenly as they reach.

    ValueError if the subject's patterns do not make so many.
    """
    grammar = title_grammar()
    sizes = [grammar.size(pattern) for pattern in subject.patterns]
    quotas = even_quotas(sizes, max(count, min(count + len(taken), sum(sizes))))
    numbered = [
        (pattern, number)
        for pattern, size, quota in zip(subject.patterns, sizes, quotas, strict=True)
        for number in chance.sample(range(size), quota)
    ]
    chance.shuffle(numbered)
    sentences = (grammar.sentence(pattern, number) for pattern, number in numbered)
    titles = (sentence[0].upper() + sentence[1:] for sentence in sentences)
    return islice((title for title in titles if title not in taken), count)
