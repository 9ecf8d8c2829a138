"""Bytes fed to a parser piece by piece, as a line brings them, with an eye on what it keeps.

The first byte of an input is the length of the pieces; 0 brings all the rest at once. Long inputs
come in larger pieces.
"""

from collections.abc import Callable, Iterator
from typing import Any

from drivers.barcodes.heard import Splitter

MOST_PIECES = 32

Decode = Callable[[bytes, bool], tuple[int, Any]]
"""As `drivers.framed_line` wants one: bytes used up, and the first good frame."""


def pieces(data: bytes) -> Iterator[bytes]:
    """What comes, one after the other."""
    step = max((data[0] if data else 0) or len(data), len(data) // MOST_PIECES, 1)
    for at in range(1, len(data), step):
        yield data[at : at + step]


def stream(decode: Decode, most: int) -> Callable[[bytes], None]:
    """A line of frames. No more than `most` bytes may wait for the rest of a frame, and none
    once the line has fallen silent.
    """

    def feed(data: bytes) -> None:
        buffer = b""
        for piece in pieces(data):
            buffer = _drained(decode, buffer + piece, silent=False)
            assert len(buffer) <= most, f"{len(buffer)} bytes wait"
        assert not _drained(decode, buffer, silent=True), "bytes wait on a silent line"

    return feed


def _drained(decode: Decode, buffer: bytes, *, silent: bool) -> bytes:
    used = 1
    while used and buffer:
        used, frame = decode(buffer, silent)
        assert 0 <= used <= len(buffer), f"{used} of {len(buffer)} bytes used up"
        assert used or frame is None, "a frame of no bytes"
        buffer = buffer[used:]
    return buffer


def split(make: Callable[[], Splitter], most: int) -> Callable[[bytes], None]:
    """A scanner's line. What it keeps is counted over all its values."""

    def feed(data: bytes) -> None:
        splitter = make()
        for piece in pieces(data):
            splitter.feed(piece)
            assert kept(splitter) <= most, f"{kept(splitter)} bytes are kept"
        splitter.silence()
        assert not splitter.begun, "a code goes on although the line is silent"

    return feed


def kept(parser: object) -> int:
    """How much text a parser holds in its own values."""
    values = vars(parser).values()
    return sum(len(value) for value in values if isinstance(value, bytes | str | set))
