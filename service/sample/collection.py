"""Titles and their copies: the known ones first, then invented ones of every subject."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random
from zlib import crc32

from service.catalogue.index import key_of
from service.sample import known
from service.sample.grammar import proportional
from service.sample.names import AuthorCircle
from service.sample.points import POINTS, Row, SamplePoint
from service.sample.titles import Subject, invent, title_table

FEWEST_COPIES = 200
MOST_COPIES = 150_000
TITLES_PER_COPY = 0.4

_CONSONANTS = "bcdđghklmnpqrstvx"
# Of a thousand copies so many are to be read on the spot, weeded out or missing.
_FLAWS = ("none", "not_for_loan", "withdrawn", "lost")
_FLAWS_IN_THOUSAND = (983, 5, 7, 5)


@dataclass(frozen=True, slots=True)
class Title:
    id: int
    title: str
    author: str
    ddc: str


@dataclass(frozen=True, slots=True)
class Copy:
    """One accession number: a volume, or a set of several parts."""

    id: int
    number: str
    title: Title
    item_type: str
    home_point: str
    tagged: bool
    parts: int = 1
    not_for_loan: bool = False
    withdrawn: bool = False
    lost: bool = False


def title_count(copies: int) -> int:
    """How many titles so many copies have."""
    return round(copies * TITLES_PER_COPY)


def collection(copies: int, chance: Random) -> Iterator[list[Copy]]:
    """The copies of one title after the other, `copies` in all (FEWEST to MOST_COPIES)."""
    yield from _known_copies()
    subjects = title_table().subject
    titles = title_count(copies) - len(known.TITLES)
    counts = proportional([subject.share for subject in subjects], titles)
    more = proportional(
        [count * (subject.copies - 1) for subject, count in zip(subjects, counts, strict=True)],
        copies - len(known.ITEMS) - titles,
    )
    acquisition = Acquisition(chance)
    for subject, count, extra in zip(subjects, counts, more, strict=True):
        yield from acquisition.of_subject(subject, count, count + extra)


def _known_copies() -> Iterator[list[Copy]]:
    numbered = list(enumerate(known.ITEMS, start=1))
    for place, about in enumerate(known.TITLES, start=1):
        title = Title(place, about.title, about.author, about.ddc)
        yield [
            Copy(
                id=item_id,
                number=item.number,
                title=title,
                item_type=item.item_type,
                home_point=item.home_point,
                tagged=item.tagged,
                parts=item.parts,
                not_for_loan=item.not_for_loan,
                withdrawn=item.withdrawn,
                lost=item.lost,
            )
            for item_id, item in numbered
            if item.title is about
        ]


class Acquisition:
    """Gives new titles and copies their numbers and homes, in the order in which they come."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._title_id = len(known.TITLES)
        self._copy_id = len(known.ITEMS)
        self._taken_titles = {about.title for about in known.TITLES}
        self._taken_numbers = {item.number for item in known.ITEMS}
        self._last_numbers: Counter[str] = Counter()
        slots = [point for point in POINTS for _ in range(point.slots)]
        chance.shuffle(slots)
        self._homes = cycle(slots)

    def of_subject(self, subject: Subject, titles: int, copies: int) -> Iterator[list[Copy]]:
        """`titles` new titles, each with one copy at least."""
        circle = AuthorCircle(subject.authors, titles, self._chance)
        liked = [self._chance.random() for _ in range(titles)]
        counts = [1 + more for more in proportional(liked, copies - titles)]
        invented = invent(subject, titles, self._taken_titles, self._chance)
        for text, count in zip(invented, counts, strict=True):
            self._title_id += 1
            parts = self._chance.choice(subject.parts)
            title = Title(self._title_id, text, circle.author_of(text), subject.ddc)
            yield [self._copy(title, subject, parts) for _ in range(count)]

    def _copy(self, title: Title, subject: Subject, parts: int) -> Copy:
        self._copy_id += 1
        home = next(self._homes)
        flaw = self._chance.choices(_FLAWS, _FLAWS_IN_THOUSAND)[0]
        return Copy(
            id=self._copy_id,
            number=self._accession_number(home, subject),
            title=title,
            item_type=subject.item_type,
            home_point=home.code,
            tagged=subject.item_type != "magazine" and self._chance.random() < 0.9,
            parts=parts,
            not_for_loan=flaw == "not_for_loan",
            withdrawn=flaw == "withdrawn",
            lost=flaw == "lost",
        )

    def _accession_number(self, home: SamplePoint, subject: Subject) -> str:
        stock = home.stock or subject.stock
        while True:
            self._last_numbers[stock] += 1
            number = f"{stock}.{self._last_numbers[stock]:05d}"
            if number not in self._taken_numbers:
                return number


def shelf_mark(title: Title) -> str:
    """Class number and a mark of author and title, in the manner of Vietnamese author tables.

    Consonants (or the vowel) at the beginning, a number for the rest of the author's first word,
    first sign of the title: "633.72 Đ415T". The numbers are our own, not a published table's.
    """
    word = title.author.split()[0].lower()
    rest = word.lstrip(_CONSONANTS)
    letters = word.removesuffix(rest) or word[0]
    return f"{title.ddc} {letters.upper()}{100 + crc32(rest.encode()) % 900}{title.title[0]}"


def title_row(title: Title) -> Row:
    """The title as the database has it."""
    return {
        "id": title.id,
        "title": title.title,
        "author": title.author,
        "ddc": title.ddc,
        "search_key": key_of(title.title, title.author),
    }


def item_row(copy: Copy) -> Row:
    """The copy as the database has it."""
    return {
        "id": copy.id,
        "number": copy.number,
        "title": copy.title.id,
        "item_type": copy.item_type,
        "home_point": copy.home_point,
        "shelf_mark": shelf_mark(copy.title),
        "tagged": copy.tagged,
        "parts": copy.parts,
        "not_for_loan": copy.not_for_loan,
        "withdrawn": copy.withdrawn,
        "lost": copy.lost,
    }
