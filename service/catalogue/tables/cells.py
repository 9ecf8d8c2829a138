"""What stands in one cell. Parsers raise BadCell with a sentence for whoever made the file."""

import re
from collections.abc import Callable
from datetime import date, datetime

from service.catalogue.normal_form import damage_in, one_line
from service.circulation.words import CardState

_FORMULA = "=+-@\t\r'"
"""Signs at the beginning that make a spreadsheet compute, and the one that keeps it from that."""

_YES = {"1", "x", "có", "yes", "y", "true", "đúng"}
_NO = {"0", "không", "no", "n", "false", "sai"}
_EARLIEST = 1970
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(.*)")
_PARTS = range(1, 100)


class BadCell(Exception):
    """The text says what is wrong. It does not repeat what stands in the cell."""


def guarded(text: str) -> str:
    """As it is written: no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] and text[0] in _FORMULA else text


def unguarded(text: str) -> str:
    """As it was before it was written."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in _FORMULA else text


def text(longest: int) -> Callable[[str], str]:
    """One line of so many letters at most."""

    def parse(cell: str) -> str:
        if damage := damage_in(cell):
            raise BadCell(f"holds the sign {damage}, which is no letter: wrong encoding?")
        found = one_line(cell)
        if len(found) > longest:
            raise BadCell(f"is longer than {longest} letters")
        return found

    return parse


def flag(cell: str) -> bool | None:
    """An empty cell does not tell."""
    said = one_line(cell).casefold()
    if said in _YES | _NO:
        return said in _YES
    if said:
        raise BadCell("is neither yes nor no: write 1 or 0")
    return None


def parts(cell: str) -> int | None:
    found = one_line(cell)
    if found and not (found.isascii() and found.isdigit() and int(found) in _PARTS):
        raise BadCell("is no number of parts: write 1 to 99")
    return int(found) if found else None


def count(cell: str) -> int:
    found = one_line(cell) or "0"
    if not (found.isascii() and found.isdigit() and len(found) <= len("999")):
        raise BadCell("is no whole number")
    return int(found)


def day(cell: str) -> date:
    """2026-03-31 or 31/03/2026."""
    return datetime.fromisoformat(_iso(cell)).date()


def moment(cell: str) -> str:
    """A day, or a day and time, as ISO writes it."""
    return _iso(cell)


def _iso(cell: str) -> str:
    found = one_line(cell)
    if vietnamese := _VIETNAMESE_DAY.fullmatch(found):
        day_, month, year, time = vietnamese.groups()
        found = f"{year}-{int(month):02d}-{int(day_):02d}{time}"
    try:
        parsed = datetime.fromisoformat(found)
    except ValueError:
        raise BadCell("is no day: write 2026-03-31 or 31/03/2026") from None
    if parsed.year < _EARLIEST:
        raise BadCell(f"is a day before {_EARLIEST}")
    return found


def older_cards(cell: str) -> tuple[tuple[str, str], ...]:
    """Numbers with what became of them: 04272000 lost; 04272001 replaced."""
    return tuple(_older_card(one) for one in text(2000)(cell).split(";") if one.strip())


def _older_card(said: str) -> tuple[str, str]:
    number, _, state = said.strip().rpartition(" ")
    if not number or state not in {CardState.LOST.value, CardState.REPLACED.value}:
        raise BadCell("is no list of older cards: write number and lost or replaced, parted by ;")
    return card(number), state


def card(cell: str) -> str:
    found = text(64)(cell)
    if ";" in found:
        raise BadCell("is no card number: it holds a semicolon")
    return found
