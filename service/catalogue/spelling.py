"""The words by which a text is found, however it was typed (docs/catalogue.md, Words).

Every word stands in the index without its accents; one that has accents stands there a second time
as tone and letters: "hòa" and "hoà" are both "hoa" and "1hoa". All of these are plain letters and
digits, so that no database has an opinion on them.
"""

import re
from functools import lru_cache
from unicodedata import normalize

from msgspec import Struct

from service.vietnamese import search_key

LONGEST_WORD = 60
_KNOWN_WORDS = 1 << 14  # Vietnamese has some 7,000 syllables
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPED = {"đ": "dd", "ð": "dd", "ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw"}
_SHAPES = {"\u0306", "\u0302", "\u031b"}
_WORD = re.compile(r"[^\W_]+")
_OLD_Y = re.compile(r"(?:[hklmst]|qu)y")
"""Syllables that some write with i and some with y: lý and lí, kỹ and kĩ, quý and quí."""


class Term(Struct, frozen=True):
    """One word of a question. The last one may be half typed."""

    word: str
    spelled: str
    is_last: bool


def _split(text: str) -> list[str]:
    return _WORD.findall(normalize("NFC", text).casefold())


def _spell_alike(letters: str) -> str:
    """One spelling for both of a syllable."""
    return f"{letters[:-1]}i" if _OLD_Y.fullmatch(letters.lstrip("012345")) else letters


@lru_cache(maxsize=_KNOWN_WORDS)
def _with_accents(word: str) -> str | None:
    """Tone and letters, "1hoa"; None for a word without accents."""
    tone, letters = "0", []
    for letter in word:
        parts = normalize("NFD", letter)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), tone)
        shaped = normalize("NFC", parts[0] + "".join(mark for mark in parts if mark in _SHAPES))
        letters.append(_SHAPED.get(shaped, parts[0]))
    spelled = "".join(letters)
    return None if tone == "0" and spelled == _without_accents(word) else f"{tone}{spelled}"


@lru_cache(maxsize=_KNOWN_WORDS)
def _without_accents(word: str) -> str:
    return search_key(word).replace(" ", "")


def index_words(text: str) -> list[str]:
    """Each once: the words without accents, then with them where they have some."""
    split = _split(text)
    plain = (_without_accents(word) for word in split)
    accented = (_with_accents(word) for word in split)
    spelled = (_spell_alike(word[:LONGEST_WORD]) for word in (*plain, *accented) if word)
    return list(dict.fromkeys(spelled))


def terms(text: str, *, accents: bool) -> list[Term]:
    """What is asked for. Without accents every word is asked for by its plain letters."""
    asked = []
    split = _split(text)
    for place, typed in enumerate(split, start=1):
        with_accents = _with_accents(typed) if accents else None
        word = (with_accents or _without_accents(typed))[:LONGEST_WORD]
        if word:
            asked.append(Term(word, _spell_alike(word), is_last=place == len(split)))
    return asked


def has_accents(text: str) -> bool:
    """Whether it makes a difference to look at the accents."""
    return any(_with_accents(word) for word in _split(text))
