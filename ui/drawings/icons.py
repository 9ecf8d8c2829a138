"""Icons: stroked paths in a box of 24 units, from the tokens."""

from functools import cache

from ui.drawings.svg import Svg, disc, document, moved
from ui.theme import Colour, tokens


@cache
def icon(name: str, colour: Colour) -> Svg:
    """An icon that fills its box."""
    box = tokens().icon.box
    return document(box, box, icon_strokes(name, colour))


@cache
def badge(name: str, colour: Colour, disc_colour: Colour, alpha: float) -> Svg:
    """An icon on a disc."""
    return document(
        40,
        40,
        disc(20, 20, 20, disc_colour, f'fill-opacity="{alpha}"'),
        moved(8, 8, [icon_strokes(name, colour)]),
    )


def icon_strokes(name: str, colour: Colour, width: float | None = None) -> Svg:
    """The icon's strokes in its own units, to be put into another drawing."""
    width = tokens().icon.stroke if width is None else width
    return (
        f'<g fill="none" color="{colour}" stroke="currentColor" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round">{tokens().icon_paths[name]}</g>'
    )
