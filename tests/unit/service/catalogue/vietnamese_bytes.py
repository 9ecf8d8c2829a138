"""Vietnamese text in the encodings of old catalogues, made without the code under test."""

from unicodedata import normalize

TONES = "\u0300\u0309\u0303\u0301\u0323"
# MARC-8 writes a sign before the letter that carries it; these are its bytes for ours.
MARC_8_SIGNS = {
    "\u0300": b"\xe1",
    "\u0309": b"\xe0",
    "\u0303": b"\xe4",
    "\u0301": b"\xe2",
    "\u0323": b"\xf2",
    "\u0302": b"\xe3",
    "\u0306": b"\xe6",
}
MARC_8_LETTERS = {
    "đ": b"\xb3",
    "Đ": b"\xa3",
    "ơ": b"\xbc",
    "Ơ": b"\xac",
    "ư": b"\xbd",
    "Ư": b"\xad",
}


def cp1258(text: str) -> bytes:
    """Tones are signs of their own, behind the letter."""
    return b"".join(_cp1258(letter) for letter in normalize("NFC", text))


def _cp1258(letter: str) -> bytes:
    parts = normalize("NFD", letter)
    tone = "".join(mark for mark in parts if mark in TONES)
    shape = normalize("NFC", "".join(mark for mark in parts if mark not in TONES))
    return (shape + tone).encode("cp1258")


def marc_8(text: str) -> bytes:
    return b"".join(_marc_8(letter) for letter in normalize("NFC", text))


def _marc_8(letter: str) -> bytes:
    parts = normalize("NFD", letter).replace("o\u031b", "ơ").replace("u\u031b", "ư")
    parts = parts.replace("O\u031b", "Ơ").replace("U\u031b", "Ư")
    signs = b"".join(MARC_8_SIGNS[mark] for mark in parts if mark in MARC_8_SIGNS)
    bare = next(mark for mark in parts if mark not in MARC_8_SIGNS)
    return signs + MARC_8_LETTERS.get(bare, bare.encode("ascii", "replace"))
