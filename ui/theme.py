"""The design tokens as typed values: colours, type scale, spacing. No screen holds a literal."""

from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

TOKENS_FILE = Path(__file__).with_name("tokens.json")

Colour = str
"""`#RRGGBB`."""


class ThemeName(StrEnum):
    """The three themes; high contrast reaches 7:1 and draws no pictures."""

    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


class Colours(Struct, frozen=True):
    """What each colour is for is its name."""

    ground: Colour
    surface: Colour
    sunken: Colour
    line: Colour
    line_strong: Colour
    ink: Colour
    ink_soft: Colour
    brand: Colour
    brand_ink: Colour
    brand_tint: Colour
    brand_line: Colour
    accent: Colour
    accent_ink: Colour
    accent_tint: Colour
    accent_line: Colour
    good: Colour
    good_tint: Colour
    warn: Colour
    warn_tint: Colour
    bad: Colour
    bad_tint: Colour
    on_mark: Colour


class Shadow(Struct, frozen=True):
    """The one soft shadow under cards."""

    colour: Colour
    alpha: float
    offset_y_mm: float
    spread_mm: float


class Art(Struct, frozen=True):
    """Colours of drawings and of the woven band."""

    sky: Colour
    sun: Colour
    hill1: Colour
    hill2: Colour
    hill3: Colour
    table: Colour
    table2: Colour
    pad: Colour
    pad2: Colour
    weave_a: Colour
    weave_b: Colour
    weave_c: Colour
    weave_bg: Colour


class Theme(Struct, frozen=True):
    """One theme; without `art` nothing is drawn but state marks and icons."""

    colours: Colours
    shadow: Shadow | None
    art: Art | None


class TypeTokens(Struct, frozen=True):
    """Letter sizes by name, in millimetres at 100 %."""

    scale_mm: dict[str, float]
    line_height: dict[str, float]
    diacritic_headroom_em: float
    diacritic_footroom_em: float
    size_steps_percent: tuple[int, ...]


class PanelTokens(Struct, frozen=True):
    """A panel the layouts were drawn for; `px_per_mm` holds the reading-distance factor."""

    width: int
    height: int
    inches: float
    px_per_mm: float


class MotionTokens(Struct, frozen=True):
    """Motion only explains, and is short."""

    card_in_ms: int
    card_in_mm: float
    mark_change_ms: int


class IconTokens(Struct, frozen=True):
    """Icons are strokes in a box of this many units."""

    box: int
    stroke: float


class Weave(Struct, frozen=True):
    """The woven band: one letter a cell."""

    motif: tuple[str, ...]
    cell_px: int


class Tokens(Struct, frozen=True):
    """Everything in tokens.json."""

    themes: dict[ThemeName, Theme]
    cloth: tuple[tuple[Colour, Colour], ...]
    thread: tuple[Colour, Colour]
    type: TypeTokens
    space_mm: dict[str, float]
    radius_mm: dict[str, float]
    target_mm: dict[str, float]
    panels: tuple[PanelTokens, ...]
    motion: MotionTokens
    icon: IconTokens
    icon_paths: dict[str, str]
    weave: Weave


@cache
def tokens() -> Tokens:
    """The design tokens, read once."""
    return msgspec.json.decode(TOKENS_FILE.read_bytes(), type=Tokens)


def theme(name: ThemeName) -> Theme:
    """A theme by name."""
    return tokens().themes[name]


def channels(colour: Colour) -> tuple[float, float, float]:
    """`#RRGGBB` as numbers from 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255
