"""The bright table by the window: hills, sun, readers, the pad with a stack and a card."""

from functools import lru_cache

from ui.drawings.card import tilted
from ui.drawings.icons import icon
from ui.drawings.pad import PAD_HEIGHT_MM, PAD_MM, book_drawing, pad_sprite, placed
from ui.drawings.people import ELDER, WOMAN, YOUTH, Person, reading, waving
from ui.drawings.svg import Sprite, Svg, disc, document, moved, rounded, shape, stroke
from ui.theme import Art, Colour, Colours

RADIUS = 4.0
PERSON_W, PERSON_H = 240, 314
MOUNTAINS = "M0 39.5 14.6 24.6 25 32 43.8 15.8 60.5 32.6 75 26 104 39.5V63H0Z"
HILLS = "M0 46C10 39.5 20 37.5 30 38.5S46 48 60 47.5S80 39.5 92 40 104 44 104 44V63H0Z"
TERRACES = (
    "M0 50.5C12 42 26 41.5 36 45S52 54 64 52.5S86 44 104 48.5",
    "M0 54.5C12 46 24 45.5 34 48.5S50 58 64 56.5S88 48 104 52.5",
    "M0 58C10 50.5 22 49.5 32 52S46 61 60 60.5S90 52 104 56.5",
)
STACK = ("Sổ tay miền núi", "Chuyện kể bên bếp lửa", "Cây thuốc quanh nhà", "Lịch sử bản làng")
WAVES = (
    ("M-6 -5.2Q0 -9.8 6 -5.2", 0.45),
    ("M-4.2 -2.9Q0 -6.1 4.2 -2.9", 0.7),
    ("M-2.2 -.6Q0 -2.2 2.2 -.6", 1),
)


@lru_cache(maxsize=8)
def hills(w: float, h: float, art: Art, around: Colour, table: float) -> Sprite:
    """Sky, sun, mountains, terraces and the table, which is `table` high, on the colour around it:
    a see-through corner would get a dark seam when it is drawn larger.
    """
    ground = h - table
    terraces = [stroke(d, art.sky, 0.4, 'stroke-opacity=".65"') for d in TERRACES]
    stretched = (
        f'<g transform="scale({w / 104:.5f} {ground / 60:.5f})">'
        f"{shape(MOUNTAINS, art.hill1)}{shape(HILLS, art.hill2)}"
        f"{''.join(terraces)}</g>"
    )
    drawing = document(
        w,
        h,
        rounded(0, 0, w, h, 0, around),
        rounded(0, 0, w, h, RADIUS, art.sky),
        disc(w - 10.9, min(10.9, h * 0.17), min(6.3, h * 0.09), art.sun),
        stretched,
        table_top(w, h, ground, art),
        rounded(0, ground, w, 1.6, 0, art.table2),
    )
    return Sprite(0, 0, w, h, drawing, soft=True)


def table_top(w: float, h: float, ground: float, art: Art) -> Svg:
    """The table or floor at the foot of a picture, with the picture's rounded corners."""
    corner = f"A{RADIUS:g} {RADIUS:g} 0 0 1"
    return shape(
        f"M0 {ground:.3f}H{w:.3f}V{h - RADIUS:.3f}{corner} {w - RADIUS:.3f} {h:.3f}"
        f"H{RADIUS:g}{corner} 0 {h - RADIUS:.3f}Z",
        art.table,
    )


def _person(figure: list[Svg], x: float, ground: float, height: float) -> Sprite:
    zoom = height / 300
    w, h = PERSON_W * zoom, PERSON_H * zoom
    drawing = document(PERSON_W, PERSON_H, moved(PERSON_W / 2, PERSON_H, figure))
    return Sprite(x - w / 2, ground - h, w, h, drawing)


def _reading(person: Person, x: float, ground: float, height: float) -> Sprite:
    return _person(reading(person), x, ground, height)


def _stack(x: float, foot: float, titles: tuple[str, ...], zoom: float) -> list[Sprite]:
    parts, y = [], foot - PAD_HEIGHT_MM * zoom
    for i, title in enumerate(titles):
        w, h = (25 - i % 3), (5.4, 4.7, 5.8, 4.4)[i % 4]
        y -= h * zoom + 0.15
        drawing = book_drawing(title, w, h)
        parts.append(Sprite(x + (i % 2) * 1.2 * zoom, y, w * zoom, h * zoom, drawing))
    return parts


def _pad(x: float, foot: float, art: Art, w: float) -> Sprite:
    return placed(pad_sprite(art), x, foot, w / PAD_MM)


@lru_cache(maxsize=4)
def welcome(w: float, h: float, art: Art, colours: Colours) -> list[Sprite]:
    """Start: readers beside the pad, a stack on it, a card above."""
    table, person = h * 0.163, min(h * 0.37, w * 0.26)
    ground, foot = h - table, h - table + 3.4
    zoom = min(w / 104, h / 66)
    middle = w * 0.585
    return [
        hills(w, h, art, colours.ground, table),
        _reading(ELDER, w * 0.112, ground, person),
        _reading(WOMAN, w * 0.265, ground, person * 1.02),
        _reading(YOUTH, w * 0.9, ground, person * 1.02),
        _pad(middle, foot, art, 43.6 * zoom),
        *_stack(middle - 19.2 * zoom, foot, STACK, zoom),
        _waves(middle + 13.4 * zoom, foot - 6.4 * zoom, zoom),
        tilted(middle + 6.2 * zoom, foot - 24.4 * zoom, 17.9 * zoom, 8),
    ]


def _waves(x: float, y: float, zoom: float) -> Sprite:
    strokes = [stroke(d, "#0B5C62", 0.85, f'stroke-opacity="{alpha}"') for d, alpha in WAVES]
    drawing = document(14, 11, moved(7, 10, strokes))
    return Sprite(x - 7 * zoom, y - 10 * zoom, 14 * zoom, 11 * zoom, drawing)


@lru_cache(maxsize=8)
def show_card(
    w: float,
    h: float,
    books: int,
    arrow: bool,
    art: Art,
    colours: Colours,
) -> list[Sprite]:
    """Who are you: the books that wait, the card above the pad, the amber arrow if it is wanted."""
    table, person = h * 0.235, min(h * 0.33, w * 0.25)
    ground, foot = h - table, h - table + 2.6
    zoom = min(w / 104, h / 66)
    pad_w = 59.5 * zoom
    right = w * 0.91
    stack = tuple(STACK[i % 4] for i in range(min(books, 4)))
    parts = [
        hills(w, h, art, colours.ground, table),
        _reading(WOMAN, w * 0.168, ground, person),
        _pad(right - pad_w / 2, foot, art, pad_w),
        *_stack(right - pad_w + 4.4 * zoom, foot, stack, zoom * 1.2),
        tilted(right - 23.4 * zoom, foot - 33.4 * zoom, 22.6 * zoom, 7),
    ]
    if arrow:
        size = 9.4 * zoom
        down = icon("down", colours.accent_line)
        parts.append(Sprite(right - 16.6 * zoom, foot - 16.6 * zoom, size, size, down))
    return parts


@lru_cache(maxsize=4)
def goodbye(
    w: float,
    h: float,
    card: bool,
    art: Art,
    colours: Colours,
) -> list[Sprite]:
    """Farewell: the readers wave; a forgotten card lies on the pad."""
    table, person = h * 0.295, min(h * 0.36, w * 0.37)
    ground, foot = h - table, h - table + 8.4
    parts = [
        hills(w, h, art, colours.ground, table),
        _reading(ELDER, w * 0.18, ground, person),
        _reading(YOUTH, w * 0.825, ground, person),
        _person(waving(WOMAN), w * 0.515, ground, person * 1.24),
        _pad(w / 2, foot, art, w * 0.75),
    ]
    return [*parts, tilted(w / 2 - 10, foot - 17.5, 21.1, 5)] if card else parts
