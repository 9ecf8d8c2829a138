"""The sign of the house: an open book under a woven diamond."""

from functools import cache

from ui.drawings.svg import Svg, diamond, document, rounded, shape
from ui.theme import Colours


@cache
def logo(colours: Colours) -> Svg:
    """A square of 60 units."""
    return document(
        60,
        60,
        rounded(0, 0, 60, 60, 12, colours.brand),
        shape("M29 28Q20 22 11 23V47Q20 46 29 51Z", colours.brand_ink),
        shape("M31 28Q40 22 49 23V47Q40 46 31 51Z", colours.brand_ink),
        diamond(30, 11.5, 6, 6, colours.accent),
        rounded(16, 10.2, 7.5, 2.8, 1.4, colours.accent),
        rounded(36.5, 10.2, 7.5, 2.8, 1.4, colours.accent),
    )
