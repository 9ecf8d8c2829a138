"""Check characters of library and trade codes (docs/protocols/scanners.md, "Check characters").

Each check takes a whole code with its check character; a code with characters that the check does
not know is wrong.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

Check = Literal["none", "luhn", "mod10-3", "mod43", "mod11"]

_CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_MOD_11 = "0123456789X"


def luhn(text: str) -> bool:
    """14-digit library numbers: every second digit from the right counts twice."""
    if not _are_digits(text):
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in text[-2::-2])
    return (doubled + sum(int(digit) for digit in text[::-2])) % 10 == 0


def mod10_3(text: str) -> bool:
    """EAN, ISBN-13, ITF-14: every second digit from the right counts three times."""
    if not _are_digits(text):
        return False
    tripled = sum(3 * int(digit) for digit in text[-2::-2])
    return (tripled + sum(int(digit) for digit in text[::-2])) % 10 == 0


def mod43(text: str) -> bool:
    """Code 39: the sum of all values is the value of the last character."""
    if len(text) < 2 or any(character not in _CODE_39 for character in text):
        return False
    values = [_CODE_39.index(character) for character in text]
    return sum(values[:-1]) % len(_CODE_39) == values[-1]


def mod11(text: str) -> bool:
    """ISBN-10: weights 1, 2, 3, … from the right, where the last may be X for ten."""
    if not _are_digits(text[:-1]) or text[-1] not in _MOD_11:
        return False
    values = [_MOD_11.index(character) for character in reversed(text)]
    return sum(weight * value for weight, value in enumerate(values, 1)) % 11 == 0


CHECKS: Mapping[Check, Callable[[str], bool]] = MappingProxyType(
    {"none": bool, "luhn": luhn, "mod10-3": mod10_3, "mod43": mod43, "mod11": mod11}
)


def _are_digits(text: str) -> bool:
    """ASCII digits only: `str.isdigit` takes those of all scripts."""
    return text.isascii() and text.isdigit()
