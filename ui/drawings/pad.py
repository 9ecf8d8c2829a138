"""The pad from the side: as many spines as it sees, in the cloth of their covers."""

from functools import lru_cache
from math import ceil, cos, radians, sin

from ui.drawings.card import flat_card
from ui.drawings.covers import cloth
from ui.drawings.icons import icon
from ui.drawings.svg import Sprite, Svg, diamond, document, moved, rounded
from ui.presenter.sheet import Lies, PadScene, Spine
from ui.theme import Art, Colours, tokens

SPINE_MM = 35.0
THIN_MM, THICK_MM = 4.8, 6.4
PAD_MM, PAD_HEIGHT_MM, SHADOW_MM = 54.0, 4.6, 1.5
GAP_MM = 0.5
STEP_BOOKS = 2
LIFT_MM = 19.0
BOX_MM = 62.0
ARROW_MM = 6.4
LIFTED_DEGREES = -5.0
PAGES = "#FFF6E0"


@lru_cache(maxsize=16)
def pad_picture(scene: PadScene, w: float, h: float, colours: Colours, art: Art) -> list[Sprite]:
    """The pad at the foot of a box of `w` by `h`, squeezed to fit what lies on it."""
    zoom = min(1.8, w / BOX_MM)
    foot = h - 2.4 * zoom
    parts = [*_stack(scene, h / zoom - PAD_HEIGHT_MM - 2.6, colours), pad_sprite(art)]
    if scene.card:
        parts.append(Sprite(15.4, -14.4, 14.0, 9.2, flat_card()))
    if scene.waits:
        parts.append(Sprite(-7, -26, 14, 14, icon("down", colours.accent_line)))
    return [placed(part, w / 2, foot, zoom) for part in parts]


def placed(part: Sprite, x: float, y: float, zoom: float) -> Sprite:
    """A part drawn around 0, 0, put at x, y."""
    return Sprite(x + part.x * zoom, y + part.y * zoom, part.w * zoom, part.h * zoom, part.svg)


@lru_cache(maxsize=4)
def pad_sprite(art: Art) -> Sprite:
    """The pad around x = 0: its top at -4.6, its foot at 0, its shadow's at 1.5."""
    w, h = PAD_MM, PAD_HEIGHT_MM
    drawing = document(
        w,
        h + SHADOW_MM,
        rounded(0, h - 2.2, w, 3.7, 1.6, "#000000", 'fill-opacity="0.10"'),
        rounded(0, 0, w, h, 1.6, art.pad),
        f'<path d="M0 2.8H{w}V3.2A1.4 1.4 0 0 1 {w - 1.4} {h}H1.4A1.4 1.4 0 0 1 0 3.2Z" '
        f'fill="{art.pad2}"/>',
        rounded(2.8, 0.9, w - 5.6, 0.75, 0.37, "#7FD1C9"),
    )
    return Sprite(-w / 2, -h, w, h + SHADOW_MM, drawing)


def _stack(scene: PadScene, room: float, colours: Colours) -> list[Sprite]:
    lying = [spine for spine in scene.spines if spine.lies is not Lies.LIFTED]
    lifted = [spine for spine in scene.spines if spine.lies is Lies.LIFTED]
    thicknesses = _thicknesses(lying, room - (LIFT_MM if lifted else 0))
    parts, y = [], -PAD_HEIGHT_MM - GAP_MM
    for spine, thickness in zip(lying, thicknesses, strict=True):
        parts.append(_spine(spine, y - thickness, thickness))
        y -= thickness + min(GAP_MM, thickness / 5)
    return parts + [part for spine in lifted for part in _lifted(spine, y, colours)]


def _thicknesses(lying: list[Spine], room: float) -> list[float]:
    """As thick as the books are; when they do not fit, alike, thinner with every second book."""
    natural = [_thickness(spine) for spine in lying]
    if sum(natural) + GAP_MM * len(lying) <= room:
        return natural
    pitch = room / (ceil(len(lying) / STEP_BOOKS) * STEP_BOOKS)
    return [min(THICK_MM, pitch - min(GAP_MM, pitch / 6))] * len(lying)


def _thickness(spine: Spine) -> float:
    return THIN_MM + (THICK_MM - THIN_MM) * cloth(spine.cover).thickness


def _left(spine: Spine) -> float:
    return -22.8 + 2.6 * cloth(spine.cover).shift


def _spine(spine: Spine, y: float, thickness: float) -> Sprite:
    if spine.lies is Lies.MISSING:
        drawing = _missing(cloth(spine.cover).cover, round(thickness, 2))
    else:
        drawing = book_drawing(spine.cover, SPINE_MM, round(thickness, 2))
    return Sprite(_left(spine), y, SPINE_MM, thickness, drawing)


@lru_cache(maxsize=64)
def _missing(ink: str, thickness: float) -> Svg:
    dashes = f'stroke="{ink}" stroke-width="0.4" stroke-dasharray="1.4 0.9" fill-opacity="0.10"'
    frame = rounded(0.2, 0.2, SPINE_MM - 0.4, thickness - 0.4, 0.6, ink, dashes)
    return document(SPINE_MM, thickness, frame)


def _lifted(spine: Spine, y: float, colours: Colours) -> list[Sprite]:
    """A book held above the stack, and an arrow back to it."""
    x, thickness = _left(spine), _thickness(spine)
    rise = SPINE_MM * sin(radians(-LIFTED_DEGREES))
    w = SPINE_MM * cos(radians(LIFTED_DEGREES)) + thickness * sin(radians(-LIFTED_DEGREES))
    h = rise + thickness
    book = moved(0, rise, closed_book(spine.cover, SPINE_MM, thickness), turn=LIFTED_DEGREES)
    return [
        Sprite(x + 14.2, y - 7.6, ARROW_MM, ARROW_MM, icon("down", colours.accent_line)),
        Sprite(x, y - 8.6 - h, w, h, document(w, h, book)),
    ]


@lru_cache(maxsize=128)
def book_drawing(seed: str, w: float, h: float) -> Svg:
    """A closed book as a picture of its own."""
    return document(w, h, *closed_book(seed, w, h))


def closed_book(seed: str, w: float, h: float) -> list[Svg]:
    """A closed book seen at its spine: two bands, the title as a line, a diamond, its pages."""
    bound = cloth(seed)
    band = min(0.8, h / 6)
    if h < THIN_MM * 0.7:
        return [rounded(0, 0, w, h, min(0.55, h / 3), bound.cover)]
    return [
        rounded(0, 0, w, h, 0.55, bound.cover),
        rounded(w * 0.055, 0, band, h, 0, bound.spine),
        rounded(w * 0.875, 0, band, h, 0, bound.spine),
        rounded(w * 0.2, h / 2 - h * 0.08, w * 0.42, h * 0.16, 0.2, tokens().thread[0]),
        diamond(w * 0.72, h / 2, h * 0.19, h * 0.24, tokens().thread[1]),
        rounded(w - 1.15, h * 0.15, 1.15, h * 0.7, 0, PAGES),
    ]
