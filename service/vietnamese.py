"""Search keys, sort keys and short names of Vietnamese text (docs/vietnam.md, Text and sorting)."""

import re
from functools import lru_cache
from unicodedata import combining, normalize

# What has no decomposition: đ, and the eth that is sometimes typed for it.
_STROKED = str.maketrans({"đ": "d", "Đ": "d", "ð": "d", "Ð": "d"})
_ETH = str.maketrans({"ð": "đ", "Ð": "đ"})

_ALPHABET = (
    "0 1 2 3 4 5 6 7 8 9 "
    "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z"
).split()  # fmt: skip
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng; ngang has no mark
_SHAPES = "\u0306\u0302\u031b"  # breve, circumflex, horn: they make other letters

_END, _GAP = "00", "01"
_WEIGHT = {
    normalize("NFC", letter): f"{place:02d}" for place, letter in enumerate(_ALPHABET, start=2)
}
_TONE = {mark: str(place) for place, mark in enumerate(_TONES, start=1)}


def search_key(text: str) -> str:
    """Lower case, without accents, words parted by one space: "Đỗ Bình" and "do binh" meet."""
    bare = "".join(
        letter for letter in normalize("NFD", text.translate(_STROKED)) if not combining(letter)
    )
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def sort_key(text: str) -> str:
    """Digits only, so that every database's text order is the order of the Vietnamese alphabet.

    d before đ, a before ă before â; tones decide between words of the same letters, in the order
    ngang, huyền, hỏi, ngã, sắc, nặng. What is no letter or digit parts words.
    """
    letters: list[str] = []
    tones: list[str] = []
    for word in re.findall(r"[^\W_]+", normalize("NFC", text).translate(_ETH).casefold()):
        for letter in word:
            weight, tone = _weigh(letter)
            letters.append(weight)
            tones.append(tone)
        letters.append(_GAP)
        tones.append("0")
    return "".join([*letters[:-1], _END]) + "".join(tones).rstrip("0") if letters else ""


@lru_cache(maxsize=4096)  # there are few letters: lists and answers are sorted ten times as fast
def _weigh(letter: str) -> tuple[str, str]:
    known = _WEIGHT.get(letter)
    if known is not None:
        return known, "0"
    parts = normalize("NFD", letter)
    tone = next((_TONE[mark] for mark in parts if mark in _TONE), "0")
    shaped = normalize("NFC", parts[0] + "".join(mark for mark in parts if mark in _SHAPES))
    return _WEIGHT.get(shaped) or _WEIGHT.get(parts[0], "99"), tone


def reader_sort_key(full_name: str) -> str:
    """Lists of readers go by the given name, which stands last, then by the names before it."""
    *before, given = full_name.split()
    return sort_key(" ".join([given, *before]))


def short_name(full_name: str) -> str:
    """What a kiosk may show: initials, and the given name in capitals: "V. A. MẪU"."""
    *before, given = normalize("NFC", full_name).split()
    return " ".join([*(f"{word[0].upper()}." for word in before), given.upper()])
