"""The pad from the side: as many spines as it sees, in the cloth of their covers."""

from functools import lru_cache

from ui.drawings.covers import cloth
from ui.drawings.icons import icon_strokes
from ui.drawings.svg import Svg, diamond, disc, document, moved, rounded
from ui.presenter.sheet import Lies, PadScene, Spine
from ui.theme import Art, Colours, tokens

SPINE_MM = 35.0
THIN_MM, THICK_MM = 4.8, 6.4
PAD_MM, PAD_HEIGHT_MM = 54.0, 4.6
GAP_MM = 0.5
LIFT_MM = 19.0
BOX_MM = 62.0
CARD_MM = 13.6
PAGES = "#FFF6E0"


@lru_cache(maxsize=16)
def pad_picture(scene: PadScene, w: float, h: float, colours: Colours, art: Art) -> Svg:
    """The pad at the foot of a box of `w` by `h`, shrunk to fit what lies on it."""
    zoom = min(1.8, w / BOX_MM)
    parts = [*_stack(scene, colours, h / zoom - PAD_HEIGHT_MM - 2.6), *the_pad(art)]
    if scene.waits:
        arrow = icon_strokes("down", colours.accent_line, 2.6)
        parts.append(moved(-7, -26, [arrow], scale=14 / 24))
    if scene.card:
        parts.append(moved(15.6, -14.4, card_lying(), scale=CARD_MM / 136))
    return document(w, h, moved(w / 2, h - 2.4 * zoom, parts, scale=zoom))


def the_pad(art: Art) -> list[Svg]:
    """The pad around x = 0, its shadow's foot at y = 1.5, its top at y = -4.6."""
    half = PAD_MM / 2
    return [
        rounded(-half, -2.2, PAD_MM, 3.7, 1.6, "#000000", 'fill-opacity="0.10"'),
        rounded(-half, -PAD_HEIGHT_MM, PAD_MM, PAD_HEIGHT_MM, 1.6, art.pad),
        f'<path d="M{-half} -1.8H{half}V-1.4A1.4 1.4 0 0 1 {half - 1.4} 0H{-half + 1.4}'
        f'A1.4 1.4 0 0 1 {-half} -1.4Z" fill="{art.pad2}"/>',
        rounded(-half + 2.8, -PAD_HEIGHT_MM + 0.9, PAD_MM - 5.6, 0.75, 0.37, "#7FD1C9"),
    ]


def _stack(scene: PadScene, colours: Colours, room: float) -> list[Svg]:
    lying = [spine for spine in scene.spines if spine.lies is not Lies.LIFTED]
    lifted = [spine for spine in scene.spines if spine.lies is Lies.LIFTED]
    height = sum(_thickness(spine) + GAP_MM for spine in lying)
    room -= LIFT_MM if lifted else 0
    squeeze = min(1.0, room / height) if height else 1.0
    parts, y = [], -PAD_HEIGHT_MM - GAP_MM
    for spine in lying:
        thickness = _thickness(spine) * squeeze
        parts.append(_spine(spine, y - thickness, thickness))
        y -= thickness + GAP_MM * squeeze
    return parts + [part for spine in lifted for part in _lifted(spine, y, colours)]


def _thickness(spine: Spine) -> float:
    return THIN_MM + (THICK_MM - THIN_MM) * cloth(spine.cover).thickness


def _left(spine: Spine) -> float:
    return -22.8 + 2.6 * cloth(spine.cover).shift


def _spine(spine: Spine, y: float, thickness: float) -> Svg:
    x = _left(spine)
    if spine.lies is Lies.MISSING:
        ink = cloth(spine.cover).cover
        dashes = f'stroke="{ink}" stroke-width="0.4" stroke-dasharray="1.4 0.9"'
        faint = f'{dashes} fill-opacity="0.10"'
        return rounded(x + 0.2, y + 0.2, SPINE_MM - 0.4, thickness - 0.4, 0.6, ink, faint)
    return moved(x, y, closed_book(spine.cover, SPINE_MM, thickness))


def _lifted(spine: Spine, y: float, colours: Colours) -> list[Svg]:
    x = _left(spine)
    thickness = _thickness(spine)
    arrow = icon_strokes("down", colours.accent_line, 2.9)
    return [
        moved(x + 14.2, y - 7.6, [arrow], scale=6.4 / 24),
        moved(x, y - 8.6 - thickness, closed_book(spine.cover, SPINE_MM, thickness), turn=-5),
    ]


def closed_book(seed: str, w: float, h: float) -> list[Svg]:
    """A closed book seen at its spine: two bands, the title as a line, a diamond, its pages."""
    bound = cloth(seed)
    band = min(0.8, h / 6)
    if h < THIN_MM / 2:
        return [rounded(0, 0, w, h, min(0.55, h / 3), bound.cover)]
    return [
        rounded(0, 0, w, h, 0.55, bound.cover),
        rounded(w * 0.055, 0, band, h, 0, bound.spine),
        rounded(w * 0.875, 0, band, h, 0, bound.spine),
        rounded(w * 0.2, h / 2 - h * 0.08, w * 0.42, h * 0.16, 0.2, tokens().thread[0]),
        diamond(w * 0.72, h / 2, h * 0.19, h * 0.24, tokens().thread[1]),
        rounded(w - 1.15, h * 0.15, 1.15, h * 0.7, 0, PAGES),
    ]


def card_lying() -> list[Svg]:
    """A library card of 136 by 85 units."""
    return [
        rounded(2, 4, 136, 85, 8, "#000000", 'fill-opacity="0.14"'),
        rounded(0, 0, 136, 85, 8, "#FFFFFF", 'stroke="#C9D6D5" stroke-width="1.6"'),
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
