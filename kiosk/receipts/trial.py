"""A receipt for technicians: is every column on the paper, and every letter to be read?"""

from datetime import datetime
from itertools import product
from unicodedata import normalize

from kiosk.receipts.text import COLUMNS

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")


def trial_receipt(station: str, at: datetime) -> tuple[str, ...]:
    """The first and last column, all letters with their marks, and a line as on true receipts."""
    vowels = "".join(normalize("NFC", vowel + tone) for vowel, tone in product(_VOWELS, _TONES))
    small = f"{vowels}đ"
    return (
        station[:COLUMNS],
        f"{at:%d/%m/%Y %H:%M:%S}",
        "|" + "-" * (COLUMNS - 2) + "|",
        *_rows(small),
        *_rows(small.upper()),
        "|" + "TK.00003".ljust(COLUMNS - 12) + f"{at:%d/%m/%Y}|",
    )


def _rows(letters: str) -> tuple[str, ...]:
    return tuple(letters[at : at + COLUMNS] for at in range(0, len(letters), COLUMNS))
