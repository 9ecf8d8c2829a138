"""Cloth-bound covers drawn from the title: the same title always has the same cloth and rosette."""

import zlib
from functools import lru_cache

from msgspec import Struct

from ui.drawings.svg import Svg, document, rounded
from ui.theme import Colour, tokens

QUARTERS = (
    ("...a", "..a.", ".a..", "a..b"),
    ("a...", "....", "...a", "..ab"),
    ("...a", "..a.", ".a.b", "a.ba"),
    ("...b", "..a.", ".aba", "b.a."),
    ("b...", ".a..", "..a.", "...b"),
    ("...a", "...b", "..a.", "ab.a"),
    ("..a.", ".b..", "a..a", "..ab"),
    ("a..a", ".b..", "..ab", "a.b."),
)
"""The upper left quarter of a rosette; its last row and column are the middle of the whole."""


class Cloth(Struct, frozen=True):
    """The cloth of one title."""

    cover: Colour
    spine: Colour
    quarter: tuple[str, ...]
    swapped: bool
    thickness: float
    shift: float


@lru_cache(maxsize=512)
def cloth(seed: str) -> Cloth:
    """The cloth of a title; thickness and shift are from 0 to 1."""
    number = zlib.crc32(seed.encode())
    colours = tokens().cloth[(number >> 13) % len(tokens().cloth)]
    quarter = QUARTERS[(number >> 8) % len(QUARTERS)]
    return Cloth(
        *colours, quarter, bool(number >> 16 & 1), (number >> 18 & 7) / 7, (number >> 22 & 7) / 7
    )


@lru_cache(maxsize=128)
def cover(seed: str) -> Svg:
    """A cover of 60 by 80 units: cloth, spine strip, frame, rosette."""
    bound = cloth(seed)
    thread = tokens().thread
    frame = f'stroke="{thread[0]}" stroke-opacity="0.55" stroke-width="1"'
    return document(
        60,
        80,
        rounded(0, 0, 60, 80, 2.4, bound.cover),
        f'<path d="M2.4 0H8.5V80H2.4A2.4 2.4 0 0 1 0 77.6V2.4A2.4 2.4 0 0 1 2.4 0Z" '
        f'fill="{bound.spine}"/>',
        rounded(13, 6, 41, 68, 2.4, "none", frame),
        *_rosette(bound, 33.5, 40, 4.6),
    )


def _rosette(bound: Cloth, x: float, y: float, cell: float) -> list[Svg]:
    first, second = tokens().thread if not bound.swapped else tokens().thread[::-1]
    colours = {"a": first, "b": second}
    return [
        rounded(x + dx * cell - cell / 2, y + dy * cell - cell / 2, cell, cell, 0, colours[letter])
        for dx in range(-3, 4)
        for dy in range(-3, 4)
        if (letter := bound.quarter[3 - abs(dy)][3 - abs(dx)]) in colours
    ]
