"""Be Vietnam Pro for everything, Kivy's monospaced font for the receipt. Texts are NFC."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import kivy
from kivy.core.text import Label

from ui.screens.scene import Weight

HINTING = "light"


class FontMissing(Exception):
    """A font file is not where its package puts it: run `make setup`."""


@lru_cache
def font_file(weight: Weight) -> str:
    """The path of a cut."""
    if weight is Weight.MONO:
        path = Path(kivy.kivy_data_dir) / "fonts" / "RobotoMono-Regular.ttf"
    else:
        path = Path(str(files("fontpkg_be_vietnam_pro"))) / "files" / f"BeVietnamPro-{weight}.ttf"
    if not path.is_file():
        raise FontMissing(f"{path} is missing: run `make setup`.")
    return str(path)


def label(text: str, size_px: float, weight: Weight) -> Label:
    """Kivy's text renderer for one line."""
    return Label(text=text, font_size=size_px, font_name=font_file(weight), font_hinting=HINTING)


@lru_cache(maxsize=2048)
def width_px(text: str, size_px: float, weight: Weight) -> int:
    """How wide one line is in pixels."""
    return int(label("", size_px, weight).get_extents(text)[0]) if text else 0


def forget_widths() -> None:
    """Texts of a finished visit are not kept."""
    width_px.cache_clear()


class KivyRuler:
    """Measures with the fonts of the screen. Owner: Kivy's main thread."""

    def __init__(self, px_per_mm: float) -> None:
        self._px_per_mm = px_per_mm

    def width(self, text: str, size_mm: float, weight: Weight) -> float:
        """The width of a text in millimetres."""
        return width_px(text, round(size_mm * self._px_per_mm), weight) / self._px_per_mm
