"""Baskets for returned books: each destination has its own colour and icon."""

from functools import lru_cache

from ui.drawings.covers import cloth
from ui.drawings.icons import icon_strokes
from ui.drawings.svg import Svg, document, moved, rounded, shape
from ui.presenter.rows import BASKET_ICONS
from ui.presenter.sheet import Basket
from ui.theme import Colour

COLOURS: dict[Basket, tuple[Colour, Colour]] = {
    Basket.SHELF: ("#0B5C62", "#084549"),
    Basket.HOLD_SHELF: ("#2F3E73", "#232F59"),
    Basket.OTHER_POINT: ("#7A4A10", "#5C370B"),
    Basket.DESK: ("#5A3A66", "#432A4D"),
}
MOST_BOOKS = 4
W, H = 140, 120


@lru_cache(maxsize=32)
def basket(kind: Basket, covers: tuple[str, ...]) -> Svg:
    """A basket of 140 by 120 units with a few of its books looking out."""
    body, rim = COLOURS[kind]
    shown = covers[:MOST_BOOKS]
    books = [_book(seed, 16 + 32 * i, i) for i, seed in enumerate(shown)]
    return document(
        W,
        H,
        *books,
        shape("M8 40H132L123 112Q122 119 115 119H25Q18 119 17 112Z", body),
        rounded(0, 31, 140, 17, 6, rim),
        moved(52, 62, [icon_strokes(BASKET_ICONS[kind], "#FFFFFF", 2.2)], scale=1.5),
    )


def _book(seed: str, x: float, i: int) -> Svg:
    bound = cloth(seed)
    parts = [
        rounded(0, 0, 23, 40, 1.5, bound.cover),
        rounded(0, 12, 23, 4, 0, "#FFE9BF"),
    ]
    return moved(x, 3 + (i * 5) % 7, parts, turn=(-5, 4, -2, 5)[i])
