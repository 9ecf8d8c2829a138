"""State marks: disc, ring, square, triangle, octagon. Shape, icon and colour each suffice alone."""

from functools import cache

from ui.drawings.icons import icon_strokes
from ui.drawings.svg import Svg, disc, document, moved, rounded, shape, stroke
from ui.presenter.sheet import Mark
from ui.theme import Colours

OCTAGON = "M14.1 1.5H33.9L46.5 14.1V33.9L33.9 46.5H14.1L1.5 33.9V14.1Z"
TRIANGLE = "M24 4.5 46 43H2Z"
BOX = 48


@cache
def mark(kind: Mark, colours: Colours, *, loud: bool) -> Svg:
    """A mark in a square box. A hand mark is amber only where it is the next step (`loud`)."""
    return document(BOX, BOX, *_parts(kind, colours, loud=loud))


def _parts(kind: Mark, colours: Colours, *, loud: bool) -> tuple[Svg, ...]:
    match kind:
        case Mark.DONE:
            return disc(24, 24, 23.5, colours.good), _icon("check", colours.on_mark)
        case Mark.WORKING:
            ring = disc(24, 24, 21.5, "none", f'stroke="{colours.brand}" stroke-width="3.6"')
            return ring, _icon("dots", colours.brand)
        case Mark.NEEDS_HAND if loud:
            return rounded(1, 1, 46, 46, 7, colours.accent), _icon("down", colours.accent_ink)
        case Mark.NEEDS_HAND:
            frame = f'stroke="{colours.warn}" stroke-width="3.2"'
            return rounded(2.6, 2.6, 42.8, 42.8, 7, "none", frame), _icon("down", colours.warn)
        case Mark.PART_MISSING:
            return (
                stroke(TRIANGLE, colours.warn, 3.2),
                stroke("M24 19V29", colours.warn, 3.4),
                disc(24, 36, 2.4, colours.warn),
            )
        case Mark.REFUSED:
            return shape(OCTAGON, colours.bad), _icon("x", colours.on_mark)
        case Mark.RESERVED:
            return rounded(1, 1, 46, 46, 7, colours.brand), _icon("bookmark", colours.brand_ink)


def _icon(name: str, colour: str) -> Svg:
    return moved(11, 11, [icon_strokes(name, colour, 2.6)], scale=26 / 24)
