"""Text of old catalogues: UTF-8, CP1258 or MARC-8, told by its letters (docs/catalogue.md).

Neither of the two old ones says what it is. Both write tones as signs of their own, MARC-8 before
the letter and CP1258 after it, so that the wrong reading is full of signs no Vietnamese word has.
"""

from collections.abc import Callable
from enum import StrEnum
from unicodedata import normalize

from pymarc.marc8 import marc8_to_unicode
from pymarc.marc8_mapping import CODESETS

MANY = 0.95
"""Share of Vietnamese letters among the letters beyond ASCII that makes a reading believable."""

_ANSEL = frozenset(CODESETS[0x45])
_ESCAPE = b"\x1b"
_VOWELS = "aăâeêioôơuưy"
_MARKS = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_TONED = (normalize("NFC", vowel + mark) for vowel in _VOWELS for mark in _MARKS)
_LETTERS = frozenset((*_TONED, *"ăâđêôơư"))


class Encoding(StrEnum):
    """How the bytes of a file are letters."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    CP1258 = "cp1258"
    MARC_8 = "marc8"


class Undecodable(Exception):
    """The text says why, and what to try."""


def decode(content: bytes, encoding: Encoding) -> str:
    """Composed letters. Raises Undecodable."""
    if content.isascii() and _ESCAPE not in content:
        return content.decode("ascii")
    known = encoding_of(content) if encoding is Encoding.AUTO else encoding
    try:
        return normalize("NFC", _DECODE[known](content))
    except UnicodeDecodeError as problem:
        raise Undecodable(
            f"byte {content[problem.start]:02X} is no letter in {known}; "
            "name the encoding: --encoding utf-8, cp1258 or marc8"
        ) from problem


def encoding_of(content: bytes) -> Encoding:
    """The reading that makes Vietnamese of it; the more text, the surer. Raises Undecodable."""
    if is_utf_8(content):
        return Encoding.UTF_8
    shares = {
        old: _vietnamese_share(_read(old, content)) for old in (Encoding.CP1258, Encoding.MARC_8)
    }
    best = max(shares, key=lambda old: shares[old])
    if shares[best] < MANY:
        raise Undecodable(
            "cannot tell how its letters are written; name the encoding: --encoding cp1258 or "
            "marc8 (TCVN3 and VNI files must be converted to UTF-8 first)"
        )
    return best


def is_utf_8(content: bytes) -> bool:
    return _read(Encoding.UTF_8, content) is not None


def _utf_8(content: bytes) -> str:
    return content.decode("utf-8")


def _cp1258(content: bytes) -> str:
    return content.decode("cp1258")


def _marc_8(content: bytes) -> str:
    """Pymarc reads an unknown sign as a space; here it is an error."""
    if _ESCAPE not in content:
        for place, byte in enumerate(content):
            if byte > 0x7F and byte not in _ANSEL:
                raise UnicodeDecodeError("marc8", content, place, place + 1, "no such letter")
    text: str = marc8_to_unicode(content, hide_utf8_warnings=True)
    return text


def _read(encoding: Encoding, content: bytes) -> str | None:
    try:
        return _DECODE[encoding](content)
    except UnicodeDecodeError:
        return None


def _vietnamese_share(text: str | None) -> float:
    letters = normalize("NFC", text or "").lower()
    beyond = [letter for letter in letters if letter > "\x7f"]
    return sum(letter in _LETTERS for letter in beyond) / len(beyond) if beyond else 0.0


_OLD = (Encoding.CP1258, Encoding.MARC_8)
_DECODE: dict[Encoding, Callable[[bytes], str]] = {
    Encoding.UTF_8: _utf_8,
    Encoding.CP1258: _cp1258,
    Encoding.MARC_8: _marc_8,
}
