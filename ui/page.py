"""The page that a screen is laid out on: millimetres of the configured panel, top left is 0, 0."""

from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from ui.theme import PanelTokens, Theme, ThemeName, theme, tokens

COMPACT_BELOW_HEIGHT_MM = 120.0
SMALL_PANEL_MM = 180.0


class Layout(StrEnum):
    """How the parts of a screen are arranged."""

    WIDE = "wide"
    COMPACT = "compact"  # small panels and large type: fewer rows, pictures leave first
    TALL = "tall"


class Box(Struct, frozen=True):
    """A rectangle in millimetres; y grows downwards."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.h

    def inset(self, dx: float, dy: float | None = None) -> "Box":
        """The box without a margin on all sides."""
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def left_part(self, w: float) -> "Box":
        """The left `w` millimetres."""
        return Box(self.x, self.y, w, self.h)

    def right_part(self, w: float) -> "Box":
        """The right `w` millimetres."""
        return Box(self.right - w, self.y, w, self.h)

    def top_part(self, h: float) -> "Box":
        """The upper `h` millimetres."""
        return Box(self.x, self.y, self.w, h)

    def bottom_part(self, h: float) -> "Box":
        """The lower `h` millimetres."""
        return Box(self.x, self.bottom - h, self.w, h)

    def without_left(self, w: float) -> "Box":
        """What is left when `w` millimetres on the left are taken."""
        return Box(self.x + w, self.y, self.w - w, self.h)

    def without_top(self, h: float) -> "Box":
        """What is left when `h` millimetres on top are taken."""
        return Box(self.x, self.y + h, self.w, self.h - h)

    def centred(self, w: float, h: float) -> "Box":
        """A box of this size in the middle."""
        return Box(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)

    def columns(self, n: int, gap: float) -> list["Box"]:
        """`n` boxes of one width side by side."""
        w = (self.w - (n - 1) * gap) / n
        return [Box(self.x + i * (w + gap), self.y, w, self.h) for i in range(n)]

    def rows(self, n: int, gap: float) -> list["Box"]:
        """`n` boxes of one height, from top to bottom."""
        h = (self.h - (n - 1) * gap) / n
        return [Box(self.x, self.y + i * (h + gap), self.w, h) for i in range(n)]


class Page(Struct, frozen=True, dict=True):
    """One panel with its theme and its size of type (percent)."""

    width_px: int
    height_px: int
    px_per_mm: float
    theme_name: ThemeName = ThemeName.LIGHT
    type_percent: int = 100
    motion: bool = True

    @cached_property
    def theme(self) -> Theme:
        """Colours, shadow, art."""
        return theme(self.theme_name)

    @property
    def w(self) -> float:
        """Width in millimetres."""
        return self.width_px / self.px_per_mm

    @property
    def h(self) -> float:
        """Height in millimetres."""
        return self.height_px / self.px_per_mm

    @cached_property
    def layout(self) -> Layout:
        """Portrait is tall; small panels and large type are compact."""
        if self.height_px > self.width_px:
            return Layout.TALL
        if self.h < COMPACT_BELOW_HEIGHT_MM or self.type_percent > 100:
            return Layout.COMPACT
        return Layout.WIDE

    @property
    def scale(self) -> float:
        """How much larger than 100 % the type is."""
        return self.type_percent / 100

    @property
    def has_pictures(self) -> bool:
        """High contrast draws none; at large type the words need their room."""
        if self.theme.art is None or self.scale > 1.3:
            return False
        return self.scale == 1 or self.w > SMALL_PANEL_MM

    def type_mm(self, size: str) -> float:
        """The letter size of a name on this page."""
        return tokens().type.scale_mm[size] * self.scale

    def px(self, mm: float) -> int:
        """Whole pixels."""
        return round(mm * self.px_per_mm)


def panel_for(width_px: int, height_px: int, inches: float | None = None) -> PanelTokens:
    """The panel of this resolution; an unknown one is measured, or laid out like its likeness."""
    known = tokens().panels
    for panel in known:
        same = (panel.width, panel.height) == (width_px, height_px)
        if same and inches in {None, panel.inches}:
            return panel
    if inches is not None:
        diagonal_px: float = (width_px**2 + height_px**2) ** 0.5
        return PanelTokens(width_px, height_px, inches, diagonal_px / (inches * 25.4))
    like = min(known, key=lambda panel: abs(panel.width / panel.height - width_px / height_px))
    px_per_mm = like.px_per_mm * min(width_px / like.width, height_px / like.height)
    return PanelTokens(width_px, height_px, like.inches, px_per_mm)


def page_for(
    width_px: int,
    height_px: int,
    *,
    inches: float | None = None,
    theme_name: ThemeName = ThemeName.LIGHT,
    type_percent: int = 100,
    motion: bool = True,
) -> Page:
    """The page of a window."""
    panel = panel_for(width_px, height_px, inches)
    return Page(width_px, height_px, panel.px_per_mm, theme_name, type_percent, motion)
