"""Codes out of a scanner's bytes, without I/O (docs/protocols/readers.md, "Barcode scanners").

A code ends with CR or LF; with the setting `silence` it ends when nothing more comes. Codes come
in pieces and several at a time.
"""

from collections.abc import Sequence
from typing import Literal

CodeEnd = Literal["line", "silence"]

LONGEST = 4096
"""A QR code holds 2,953 bytes; more without an end is no code."""

_LINE_ENDS = bytes.maketrans(b"\r", b"\n")


class CodeSplitter:
    """Collects bytes to codes. Owner: the driver's thread."""

    def __init__(self, end: CodeEnd) -> None:
        self._ends_in_silence = end == "silence"
        self._begun = b""
        self._overlong = False

    @property
    def begun(self) -> bool:
        """True while a code has begun and not ended."""
        return bool(self._begun) or self._overlong

    def feed(self, data: bytes) -> Sequence[str]:
        """The codes that these bytes complete; empty lines are none."""
        *ended, begun = (self._begun + data).translate(_LINE_ENDS).split(b"\n")
        if ended and self._overlong:
            ended, self._overlong = ended[1:], False
        self._overlong = self._overlong or len(begun) > LONGEST
        self._begun = b"" if self._overlong else begun
        return [_text(raw) for raw in ended if 0 < len(raw) <= LONGEST]

    def silence(self) -> str | None:
        """Nothing more comes: the code is whole, or was cut off and is dropped.

        A cut code is never joined with the next one, which may be another person's.
        """
        begun, whole = self._begun, self._ends_in_silence and not self._overlong
        self._begun, self._overlong = b"", False
        return _text(begun) if begun and whole else None


def _text(raw: bytes) -> str:
    """Scanners send UTF-8 where the code holds it, else single bytes."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
