"""How each panel looks: fill, edge, lower edge, shadow; painted as one stretched nine-patch."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from ui.drawings.baskets import COLOURS as BASKET_COLOURS
from ui.drawings.svg import Svg, document, rounded
from ui.presenter.sheet import Basket
from ui.screens.scene import Face
from ui.theme import Colours, Shadow, Theme, tokens

MIDDLE_PX = 2
SHADOW_LAYERS = 6
LOWER_EDGE_MM = 0.8
PAD_COLOUR = "#24474B"
SCRIM_COLOUR, SCRIM_ALPHA = "#102022", 0.66


class Skin(Struct, frozen=True):
    """Colours by name of the theme, or literal for baskets; edges in millimetres."""

    fill: str
    edge: str = ""
    edge_mm: float = 0.0
    lower: str = ""
    shadow: bool = False
    alpha: float = 1.0


def _outline() -> float:
    return tokens().space_mm["outline"]


def _strong() -> float:
    return tokens().space_mm["outline_strong"]


def skins(colours: Colours) -> dict[Face, Skin]:
    """The look of every face in the colours of a theme."""
    c = colours
    thin, thick = _outline(), _strong()
    return {
        Face.CARD: Skin(c.surface, shadow=True),
        Face.NEXT_ROW: Skin(c.accent_tint, c.accent_line, thick),
        Face.QUIET: Skin(c.surface, c.line_strong, thin),
        Face.NEXT: Skin(c.accent, lower=c.accent_line),
        Face.BRAND: Skin(c.brand),
        Face.TILE_NEXT: Skin(c.accent, shadow=True),
        Face.TILE_BRAND: Skin(c.brand, shadow=True),
        Face.SUNKEN: Skin(c.sunken),
        Face.PERSON: Skin(c.brand_tint),
        Face.WARNING: Skin(c.warn_tint),
        Face.PILL: Skin(c.surface),
        Face.FIELD: Skin(c.surface, c.brand, thin),
        Face.FIELD_NEXT: Skin(c.accent_tint, c.accent_line, thick),
        Face.RULE: Skin(c.line),
        Face.SCRIM: Skin(SCRIM_COLOUR, alpha=SCRIM_ALPHA),
        Face.DIALOG: Skin(c.surface),
        Face.BASKET_SHELF: Skin(BASKET_COLOURS[Basket.SHELF][0]),
        Face.BASKET_HOLD_SHELF: Skin(BASKET_COLOURS[Basket.HOLD_SHELF][0]),
        Face.BASKET_OTHER_POINT: Skin(BASKET_COLOURS[Basket.OTHER_POINT][0]),
        Face.BASKET_DESK: Skin(BASKET_COLOURS[Basket.DESK][0]),
        Face.PAD: Skin(PAD_COLOUR),
    }


OUTLINED_WITHOUT_SHADOW = frozenset(
    {Face.CARD, Face.PILL, Face.DIALOG, Face.SUNKEN, Face.PERSON, Face.WARNING}
)


def skin(theme: Theme, face: Face) -> Skin:
    """Where a theme has no shadow (high contrast) surfaces get an outline instead."""
    worn = skins(theme.colours)[face]
    if theme.shadow is None and face in OUTLINED_WITHOUT_SHADOW:
        return Skin(worn.fill, theme.colours.line, _outline())
    return worn


class Patch(Struct, frozen=True):
    """A nine-patch in pixels: its drawing, its size, the border that does not stretch, and how far
    it reaches beyond its box on each side (the shadow).
    """

    svg: Svg
    size: int
    border: int
    reach: int


@lru_cache(maxsize=128)
def patch(theme: Theme, face: Face, radius_px: float, px_per_mm: float) -> Patch:
    """The nine-patch of a face with this radius."""
    worn = skin(theme, face)
    shadow = theme.shadow if worn.shadow else None
    reach = round(shadow.spread_mm * px_per_mm) if shadow else round(LOWER_EDGE_MM * px_per_mm)
    border = round(radius_px) + 1 + reach
    size = 2 * border + MIDDLE_PX
    inside = size - 2 * reach
    parts = [
        *(_shadow(shadow, reach, inside, radius_px, px_per_mm) if shadow else ()),
        *_surface(worn, reach, inside, radius_px, px_per_mm),
    ]
    return Patch(document(size, size, *parts), size, border, reach)


def _shadow(
    shadow: Shadow, reach: int, inside: int, radius: float, px_per_mm: float
) -> Iterator[Svg]:
    """Faint layers, each a little larger: a soft edge without the cost of a blur."""
    down = shadow.offset_y_mm * px_per_mm * 0.8
    spread = min(reach - down, shadow.spread_mm * px_per_mm * 0.5)
    for layer in range(SHADOW_LAYERS):
        grown = spread * (1 - layer / SHADOW_LAYERS)
        corner, side = reach - grown, inside + 2 * grown
        look = f'fill-opacity="{shadow.alpha / SHADOW_LAYERS:.4f}"'
        yield rounded(corner, corner + down, side, side, radius + grown, shadow.colour, look)


def _surface(worn: Skin, reach: int, inside: int, radius: float, px_per_mm: float) -> list[Svg]:
    parts = []
    if worn.lower:
        lower = reach + LOWER_EDGE_MM * px_per_mm
        parts.append(rounded(reach, lower, inside, inside, radius, worn.lower))
    edge = max(1.0, worn.edge_mm * px_per_mm) if worn.edge else 0.0
    half = edge / 2
    look = f'fill-opacity="{worn.alpha}"'
    if worn.edge:
        look += f' stroke="{worn.edge}" stroke-width="{edge:.2f}"'
    side = inside - edge
    parts.append(
        rounded(reach + half, reach + half, side, side, max(0.0, radius - half), worn.fill, look)
    )
    return parts
