"""A library card."""

from functools import cache
from math import cos, radians, sin

from ui.drawings.svg import Sprite, Svg, diamond, disc, document, moved, rounded

W, H = 140, 92


def card_lying() -> list[Svg]:
    """A library card of 136 by 85 units with its shadow, 140 by 92 in all."""
    return [
        rounded(2, 4, 136, 85, 8, "#000000", 'fill-opacity="0.14"'),
        rounded(0.8, 0.8, 135, 84, 8, "#FFFFFF", 'stroke="#C9D6D5" stroke-width="1.6"'),
        '<path d="M8 0H128A8 8 0 0 1 136 8V22H0V8A8 8 0 0 1 8 0Z" fill="#0B5C62"/>',
        disc(17, 11, 5, "#FFFFFF"),
        *[diamond(46 + 11.4 * i, 11, 4, 5, "#F2A33A") for i in range(7)],
        rounded(12, 32, 26, 34, 2.4, "#E2EFEE"),
        disc(25, 43, 7, "#0B5C62"),
        '<path d="M14 66C14 56 19 53 25 53S36 56 36 66Z" fill="#0B5C62"/>',
        rounded(48, 33, 68, 6, 3, "#16292B"),
        rounded(48, 45, 46, 5, 2.5, "#9DB5B5"),
        *[rounded(48 + 5 * i, 57, (2, 3, 1.4)[i % 3], 14, 0, "#16292B") for i in range(15)],
    ]


@cache
def flat_card() -> Svg:
    """A card as it lies."""
    return document(W, H, *card_lying())


@cache
def tilted_card(degrees: float) -> Svg:
    """A card turned to the left by degrees."""
    w, h = _extent(degrees)
    return document(w, h, moved(0, W * sin(radians(degrees)), card_lying(), turn=-degrees))


def tilted(x: float, y: float, width: float, degrees: float) -> Sprite:
    """A card of a width, turned, with its upper left corner about x, y."""
    w, h = _extent(degrees)
    zoom = width / W
    rise = W * sin(radians(degrees)) * zoom
    return Sprite(x, y - rise, w * zoom, h * zoom, tilted_card(degrees))


def _extent(degrees: float) -> tuple[float, float]:
    turn = radians(degrees)
    return W * cos(turn) + H * sin(turn), W * sin(turn) + H * cos(turn)
