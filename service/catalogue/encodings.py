"""Text of old catalogues: UTF-8, CP1258 or MARC-8, told by its letters (docs/catalogue.md).

Neither of the two old ones says what it is. Both write tones as signs of their own, MARC-8 before
the letter and CP1258 after it, so that the wrong reading has no syllables of Vietnamese.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from unicodedata import normalize

from pymarc.marc8 import marc8_to_unicode
from pymarc.marc8_mapping import CODESETS

MANY = 0.8
"""Share of possible syllables among the words beyond ASCII that makes a reading believable."""

_ANSEL = frozenset(CODESETS[0x45])
_ESCAPE = b"\x1b"
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\x00-@\[-`{-\x7f]+")  # a sign that belongs to no letter makes no word
_SYLLABLE = re.compile(
    "(?:b|c(?![eêiy])|ch|d|đ|g(?![eê])|gh|gi|h|k(?=[eêiy])|kh|l|m|nh?|ngh?|ph?|qu?|r|s|th?|tr|v|x)?"
    "(?:[aăâeêioôơuưy]|a[iouy]|â[uy]|eo|êu|i[aêu]|iêu|o[aăeio]|oa[ioy]|oeo|ôi|ơi"
    "|u[aâêiôơy]|uây|uôi|uy[aêu]|ư[aiơu]|ươ[iu]|yêu?)"
    "(?:ch?|m|ng?|nh|p|t)?"
)


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
    shares = {old: _vietnamese_share(_read(old, content)) for old in _OLD}
    best = max(_OLD, key=lambda old: shares[old])
    if shares[best] < MANY or list(shares.values()).count(shares[best]) > 1:
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
    words = _WORD.findall(normalize("NFC", text or "").lower())
    beyond = [word for word in words if not word.isascii()]
    return sum(map(_is_syllable, beyond)) / len(beyond) if beyond else 0.0


def _is_syllable(word: str) -> bool:
    toneless, tones = _TONES.subn("", normalize("NFD", word))
    return tones <= 1 and bool(_SYLLABLE.fullmatch(normalize("NFC", toneless)))


_OLD = (Encoding.CP1258, Encoding.MARC_8)
_DECODE: dict[Encoding, Callable[[bytes], str]] = {
    Encoding.UTF_8: _utf_8,
    Encoding.CP1258: _cp1258,
    Encoding.MARC_8: _marc_8,
}
