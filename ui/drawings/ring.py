"""The countdown ring, redrawn once a second."""

from functools import lru_cache
from math import cos, pi, sin

from ui.drawings.svg import Svg, disc, document, stroke
from ui.theme import Colour

BOX = 100


@lru_cache(maxsize=64)
def ring(part: float, colour: Colour, track: Colour, width: float) -> Svg:
    """A ring of which `part` (0 to 1) is left, starting at the top, clockwise."""
    r = (BOX - width) / 2
    base = disc(50, 50, r, "none", f'stroke="{track}" stroke-width="{width}"')
    if part >= 1:
        return document(
            BOX, BOX, disc(50, 50, r, "none", f'stroke="{colour}" stroke-width="{width}"')
        )
    if part <= 0:
        return document(BOX, BOX, base)
    angle = 2 * pi * part
    x, y = 50 + r * sin(angle), 50 - r * cos(angle)
    arc = f"M50 {50 - r:.2f}A{r:.2f} {r:.2f} 0 {int(part > 0.5)} 1 {x:.2f} {y:.2f}"
    return document(BOX, BOX, base, stroke(arc, colour, width))
