"""Finding titles by words, names and numbers (docs/catalogue.md, Search)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from service.catalogue.index import AUTHOR, TITLE
from service.catalogue.normal_form import isbn, one_line
from service.catalogue.spelling import Term, has_accents, index_words, terms
from service.database.connection import Lookup, Reader
from service.database.engine import SQLITE
from service.vietnamese import search_key, sort_key

MOST_LOOKED_AT = 250
"""Titles that one look at an index brings to be ranked."""

MOST_SHOWN = 200
_LAST_LETTER = "\U0010ffff"


class By(StrEnum):
    """What is typed."""

    ANY = "any"
    TITLE = "title"
    AUTHOR = "author"
    NUMBER = "number"
    ISBN = "isbn"


class Question(Struct, frozen=True):
    """`point`: only titles that have a copy whose home it is."""

    text: str
    by: By = By.ANY
    limit: int = 20
    point: str | None = None


class Copies(Struct, frozen=True):
    """Copies of a title at one point, withdrawn ones left out. `free`: neither lent nor lost."""

    point: str
    copies: int
    free: int


class Found(Struct, frozen=True):
    """One title. `number` is the accession number by which it was found."""

    id: int
    title: str
    author: str
    ddc: str
    number: str | None = None
    isbns: tuple[str, ...] = ()
    copies: tuple[Copies, ...] = ()


class Answer(Struct, frozen=True):
    """`more`: others were found that are not shown."""

    found: tuple[Found, ...]
    more: bool


class _Title(Struct, frozen=True):
    id: int
    title: str
    author: str
    ddc: str
    key: str


_TITLE = "t.id, t.title, t.author, t.ddc, t.search_key"
_MATCHING = {
    SQLITE: "title_index JOIN titles t ON t.id = title_index.rowid WHERE title_index MATCH ?",
    "postgresql": (
        "title_index x JOIN titles t ON t.id = x.title WHERE x.words @@ CAST(? AS tsquery)"
    ),
}
_BEGINNING = "titles t WHERE t.search_key >= ? AND t.search_key < ?"
_BY_ISBN = "isbns n JOIN titles t ON t.id = n.title WHERE n.isbn = ?"
_BY_NUMBER = "items c JOIN titles t ON t.id = c.title WHERE c.number = ?"
_BY_NUMBERS = "items c JOIN titles t ON t.id = c.title WHERE c.number >= ? AND c.number < ?"
_ORDER = {_BEGINNING: " ORDER BY t.search_key", _BY_NUMBERS: " ORDER BY c.number"}
_AT_POINT = " AND EXISTS (SELECT 1 FROM items i WHERE i.title = t.id AND i.home_point = ?)"

_ISBNS = Lookup("title, isbn", "isbns WHERE title {among} ORDER BY isbn")
_COPIES = Lookup(
    "i.title, i.home_point, count(*),"
    " sum(CASE WHEN i.lost OR l.id IS NOT NULL OR h.id IS NOT NULL THEN 0 ELSE 1 END)",
    "items i LEFT JOIN loans l ON l.item = i.id AND l.state = 'open'"
    " LEFT JOIN holds h ON h.trapped = i.id"
    " WHERE NOT i.withdrawn AND i.title {among} GROUP BY i.title, i.home_point"
    " ORDER BY i.home_point",
)


def search(reader: Reader, question: Question) -> Answer:
    """The best first; titles of one rank in the order of the Vietnamese alphabet."""
    limit = min(question.limit, MOST_SHOWN)
    first = list(islice(_Search(reader, question).ranked(), limit + 1))
    return Answer(tuple(_with_copies(reader, first[:limit])), more=len(first) > limit)


class _Search:
    """One question."""

    def __init__(self, reader: Reader, question: Question) -> None:
        self._reader = reader
        self._question = question
        self._key = search_key(question.text)
        self._accents = has_accents(question.text)
        self._as_typed: set[int] = set()
        self._typed_in_full = False

    def ranked(self) -> Iterator[Found]:
        by, numbered = self._question.by, list(self._by_number())
        yield from numbered
        if by in {By.NUMBER, By.ISBN}:
            return
        titles = {title.id: title for title in self._by_words()} if self._key else {}
        for found in numbered:
            titles.pop(found.id, None)
        yield from map(_found, self._in_order(titles.values()))

    def _by_number(self) -> Iterator[Found]:
        """An ISBN, or an accession number; half of one only where a number was asked for."""
        by, text = self._question.by, one_line(self._question.text).replace("\0", "")
        if by in {By.ANY, By.ISBN} and (digits := isbn(text)):
            yield from map(_found, self._look(_BY_ISBN, digits))
        if text and by in {By.ANY, By.NUMBER}:
            spellings = dict.fromkeys((text, text.upper()))
            yield from {f.number: f for s in spellings for f in self._numbered(s)}.values()

    def _numbered(self, number: str) -> Iterator[Found]:
        if self._question.by is By.NUMBER:
            rows = self._rows(_BY_NUMBERS, number, number + _LAST_LETTER)
        else:
            rows = self._rows(_BY_NUMBER, number)
        for row in rows:
            yield _found(_Title(*row[:-1]), number=row[-1])

    def _by_words(self) -> Iterator[_Title]:
        """Those that begin with the words, and where accents were typed those that have them."""
        if self._question.by in {By.ANY, By.TITLE}:
            yield from self._look(_BEGINNING, self._key, self._key + _LAST_LETTER)
        if self._accents:
            typed = self._matching(accents=True)
            self._as_typed = {title.id for title in typed}
            self._typed_in_full = len(typed) < MOST_LOOKED_AT
            yield from typed
        yield from self._matching(accents=False)

    def _matching(self, *, accents: bool) -> list[_Title]:
        asked = terms(self._question.text, accents=accents)
        expression = _EXPRESSION[self._reader.dialect](asked, self._question.by)
        return list(self._look(_MATCHING[self._reader.dialect], expression))

    def _in_order(self, titles: Iterable[_Title]) -> Iterator[_Title]:
        """By rank, and in one rank by the alphabet."""
        ranks: defaultdict[tuple[bool, int], list[_Title]] = defaultdict(list)
        for title in titles:
            ranks[self._rank(title)].append(title)
        for rank in sorted(ranks):
            yield from sorted(ranks[rank], key=_place_in_alphabet)

    def _rank(self, title: _Title) -> tuple[bool, int]:
        """As typed before otherwise; then the title itself, those that begin so, all others."""
        place = 2
        if title.key.startswith(self._key):
            place = 0 if search_key(title.title) == self._key else 1
        return self._accents and not self._is_as_typed(title), place

    def _is_as_typed(self, title: _Title) -> bool:
        if title.id in self._as_typed or self._typed_in_full:
            return title.id in self._as_typed
        words = set(index_words(f"{title.title} {title.author}"))
        *whole, last = terms(self._question.text, accents=True)
        return all(term.spelled in words for term in whole) and any(
            word == last.spelled or word.startswith(last.word) for word in words
        )

    def _look(self, source: str, *values: object) -> Iterator[_Title]:
        return (_Title(*row) for row in self._rows(source, *values))

    def _rows(self, source: str, *values: object) -> list[tuple[Any, ...]]:
        columns = f"{_TITLE}, c.number" if source in {_BY_NUMBER, _BY_NUMBERS} else _TITLE
        point = self._question.point
        at_point, where = ("", ()) if point is None else (_AT_POINT, (point,))
        order = _ORDER.get(source, "")
        # Constants of this module; what was typed travels as values.
        query = f"SELECT {columns} FROM {source}{at_point}{order} LIMIT {MOST_LOOKED_AT}"  # noqa: S608
        return self._reader.all(query, *values, *where)


def _found(title: _Title, number: str | None = None) -> Found:
    return Found(title.id, title.title, title.author, title.ddc, number)


def _place_in_alphabet(title: _Title) -> tuple[str, str, int]:
    return sort_key(title.title), sort_key(title.author), title.id


def _fts5(asked: Sequence[Term], by: By) -> str:
    """Every word in double quotes; none of them has signs of its own."""
    words = " AND ".join(_alternatives(term, '"{}"', '"{}"*', " OR ") for term in asked)
    return words if by is By.ANY else f"{by} : ({words})"


def _tsquery(asked: Sequence[Term], by: By) -> str:
    weight = {By.TITLE: TITLE, By.AUTHOR: AUTHOR}.get(by, "")
    whole, begun = f"'{{}}':{weight}".rstrip(":"), f"'{{}}':*{weight}"
    return " & ".join(_alternatives(term, whole, begun, " | ") for term in asked)


def _alternatives(term: Term, whole: str, begun: str, either: str) -> str:
    """The last word may be half typed, and may be one with another spelling."""
    if not term.is_last:
        return whole.format(term.spelled)
    if term.spelled == term.word:
        return begun.format(term.word)
    return f"({whole.format(term.spelled)}{either}{begun.format(term.word)})"


_EXPRESSION = {SQLITE: _fts5, "postgresql": _tsquery}


def _with_copies(reader: Reader, shown: Sequence[Found]) -> Iterator[Found]:
    """With ISBNs and what the library has of each."""
    numbers = {found.id for found in shown}
    isbns: defaultdict[int, list[str]] = defaultdict(list)
    for title, number in reader.find(_ISBNS, numbers):
        isbns[title].append(number)
    copies: defaultdict[int, list[Copies]] = defaultdict(list)
    for title, point, count, free in reader.find(_COPIES, numbers):
        copies[title].append(Copies(point, int(count), int(free)))
    for found in shown:
        of_title = tuple(isbns[found.id]), tuple(copies[found.id])
        yield replace(found, isbns=of_title[0], copies=of_title[1])
