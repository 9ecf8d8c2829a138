"""The one form in which the catalogue keeps a text, a class number, an ISBN."""

import re
from unicodedata import normalize

LONGEST = {"title": 1000, "author": 300, "ddc": 32, "shelf_mark": 200, "number": 64}
"""Characters; what is longer is no such thing."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_ISBD = re.compile(r"\s*[/:;=,]+$")
_ENDS = "/:;=,."
_FULL_STOP = re.compile(r"(?:(?<=\w\w)|(?<=\d))\.$")  # of an initial it stays
_NOT_CLASS = re.compile(r"[^0-9A-Za-z.\-() ]")


def damage_in(text: str) -> str | None:
    """Name of the first sign that no text may hold: a control sign, or one that was not decoded."""
    found = _CONTROLS.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def one_line(text: str) -> str:
    """Composed letters, single spaces."""
    return _SPACE.sub(" ", normalize("NFC", text)).strip()


def tidy(text: str) -> str:
    """One line without the signs that cataloguing rules put at the end of a part."""
    text = one_line(text)
    while text and (text[-1] in _ENDS):
        shorter = _FULL_STOP.sub("", _ISBD.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text


def class_number(text: str) -> str:
    """A Dewey number without the marks that show where it may be cut."""
    return one_line(_NOT_CLASS.sub("", text))


def isbn(text: str) -> str | None:
    """Thirteen digits, also of a ten-digit one; None where the check digit is wrong."""
    signs = re.match(r"[0-9Xx][0-9Xx\-\u2010-\u2015 .]*", text.strip())
    digits = re.sub(r"[^0-9X]", "", signs[0].upper()) if signs else ""
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        total = sum((10 - place) * _value(digit) for place, digit in enumerate(digits))
        return None if total % 11 else _with_check_digit(f"978{digits[:9]}")
    if re.fullmatch(r"97[89][0-9]{10}", digits) and digits == _with_check_digit(digits[:12]):
        return digits
    return None


def _value(digit: str) -> int:
    return 10 if digit == "X" else int(digit)


def _with_check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
