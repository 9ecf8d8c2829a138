"""The librarian's desk: where the reader goes when this kiosk cannot help."""

from functools import lru_cache

from ui.drawings.people import LIBRARIAN, bust
from ui.drawings.scenery import RADIUS, table_top
from ui.drawings.svg import Svg, diamond, document, moved, rounded, stroke
from ui.page import Box
from ui.theme import Art, Colours, tokens

DESK_MM = 46.0


def sign_box(w: float, h: float) -> Box:
    """Where the sign hangs, for the words on it."""
    return Box(w - 42.4 * _zoom(w, h), 9.4 * _zoom(w, h), 35.8 * _zoom(w, h), 9.6 * _zoom(w, h))


def _zoom(w: float, h: float) -> float:
    return min(1.3, w / 104, h / 70)


@lru_cache(maxsize=8)
def desk(w: float, h: float, art: Art, colours: Colours) -> Svg:
    """Shelves left, the desk right, a sign above it."""
    zoom, floor = _zoom(w, h), h * 0.28
    ground, sign = h - floor, sign_box(w, h)
    return document(
        w,
        h,
        rounded(0, 0, w, h, RADIUS, art.sky),
        table_top(w, h, ground, art),
        rounded(0, ground, w, 1.3, 0, art.table2),
        *[_bookcase(4 + i * 10.9 * zoom, ground, i, zoom, art) for i in range(4)],
        *[
            stroke(f"M{x:.2f} 0V{sign.y:.2f}", colours.line_strong, 0.5)
            for x in (sign.x + sign.w * 0.23, sign.x + sign.w * 0.77)
        ],
        rounded(sign.x, sign.y, sign.w, sign.h, 1.6, "#0B5C62"),
        moved(w - 25.2 * zoom, ground + 9.6 * zoom, _desk(), scale=zoom),
    )


def _bookcase(x: float, ground: float, i: int, zoom: float, art: Art) -> Svg:
    parts = [rounded(0, -35.6, 9.5, 35.6, 0.6, art.hill2)]
    for shelf in range(3):
        y = -34.4 + shelf * 11.4
        parts.append(rounded(0.9, y, 7.7, 9.6, 0, "#FFFFFF", 'fill-opacity="0.85"'))
        for book in range(5):
            height = 6.2 + (book * 7 + shelf * 5 + i * 3) % 4 * 0.7
            colour = tokens().cloth[(book + shelf * 3 + i * 2) % len(tokens().cloth)][0]
            parts.append(rounded(1.4 + book * 1.36, y + 9.6 - height, 1.15, height, 0, colour))
    return moved(x, ground, parts, scale=zoom)


def _desk() -> list[Svg]:
    """The desk with its librarian; x = 0 is its middle, y = 0 its foot."""
    half = DESK_MM / 2
    return [
        moved(1.2, -13.6, bust(LIBRARIAN), scale=0.088),
        rounded(-18.6, -29.6, 10.6, 7, 0.6, "#16292B"),
        rounded(13.8, -27.6, 7, 1.5, 0.2, "#B5472F"),
        rounded(13.2, -26.1, 8, 1.6, 0.2, "#2F3E73"),
        rounded(14.2, -24.5, 6.6, 1.6, 0.2, "#1F6B45"),
        rounded(-half + 0.6, -21, DESK_MM - 1.2, 21, 1.2, "#0B5C62"),
        rounded(-half - 1, -23, DESK_MM + 2, 3.1, 1, "#084549"),
        *[diamond(-17.5 + 5 * i, -11, 2.1, 2.8, "#F2A33A") for i in range(8)],
        *[diamond(-17.5 + 5 * i, -11, 1.3, 1.8, "#0B5C62") for i in range(8)],
        *[diamond(-17.5 + 5 * i, -11, 0.5, 0.8, "#F2A33A") for i in range(8)],
    ]
