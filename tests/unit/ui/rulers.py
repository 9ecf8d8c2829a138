"""Measuring texts without Kivy, with the same font files."""

from functools import lru_cache
from importlib.resources import files

from PIL import ImageFont

from ui.screens.scene import Weight

UNITS = 200


class FontRuler:
    """Widths by FreeType, in proportion; the receipt's font is as wide as its columns."""

    def width(self, text: str, size_mm: float, weight: Weight) -> float:
        """The width of a text in millimetres."""
        if weight is Weight.MONO:
            return len(text) * 0.6001 * size_mm
        return _units(text, weight) * size_mm / UNITS


@lru_cache(maxsize=8)
def _font(weight: Weight) -> ImageFont.FreeTypeFont:
    path = files("fontpkg_be_vietnam_pro") / "files" / f"BeVietnamPro-{weight}.ttf"
    return ImageFont.truetype(str(path), UNITS)


@lru_cache(maxsize=20_000)
def _units(text: str, weight: Weight) -> float:
    return _font(weight).getlength(text)
