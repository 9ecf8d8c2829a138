"""Vietnamese without its marks, for printers that take no pictures (docs/protocols/printers.md)."""

from unicodedata import category, normalize

_WITHOUT_PARTS = str.maketrans({"đ": "d", "Đ": "D", "–": "-", "—": "-", "·": "-", "…": "..."})


def plain(line: str) -> bytes:
    """The line in ASCII; a letter that has no plain form is a question mark."""
    parts = normalize("NFD", line.translate(_WITHOUT_PARTS))
    kept = "".join(letter for letter in parts if category(letter) not in {"Mn", "Me"})
    return "".join(map(_printable, kept)).encode("ascii")


def _printable(letter: str) -> str:
    return letter if " " <= letter <= "~" else "?"
