"""Drawings and texts as textures, each made once and kept while it is likely to be used again.

SVG is drawn by resvg: shapes have smooth edges without multisampling on any graphics driver.
Owner: Kivy's main thread.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from io import BytesIO

import resvg_py
from kivy.core.image import Image
from kivy.graphics.texture import Texture

from ui.screens.scene import Weight
from ui.widgets.fonts import label

MOST_PIXELS = 6_000_000
"""About 24 MB: all icons, covers and pictures of the largest panel."""


class TextureStore:
    """The textures used last, up to a number of pixels."""

    def __init__(self, most_pixels: int = MOST_PIXELS) -> None:
        self._kept: OrderedDict[Hashable, Texture] = OrderedDict()
        self._pixels = 0
        self._most = most_pixels

    def get(self, key: Hashable, make: Callable[[], Texture]) -> Texture:
        """The texture of a key, made if it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        texture = self._kept[key] = make()
        self._pixels += texture.width * texture.height
        while self._pixels > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._pixels -= oldest.width * oldest.height
        return texture

    def clear(self) -> None:
        """Forget everything; what is on the screen stays there."""
        self._kept.clear()
        self._pixels = 0


DRAWINGS = TextureStore()
TEXTS = TextureStore(MOST_PIXELS // 4)


def forget_texts() -> None:
    """Texts of a finished visit are not kept; what is on the screen stays there."""
    TEXTS.clear()


def drawing(svg: str, width: int, height: int, *, stretched: bool = False) -> Texture:
    """An SVG document at a size in pixels; `stretched` if it will be drawn larger."""
    make = partial(_rendered, svg, width, height, stretched=stretched)
    return DRAWINGS.get((svg, width, height), make)


def _pixel_for_pixel(texture: Texture) -> Texture:
    """Nothing to blend: half the work for a panel without a graphics card."""
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


def _rendered(svg: str, width: int, height: int, *, stretched: bool) -> Texture:
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True)
    texture = Image(BytesIO(png), ext="png", nocache=True).texture
    return texture if stretched else _pixel_for_pixel(texture)


def text(line: str, size_px: int, weight: Weight) -> Texture | None:
    """One line in white, to be tinted; an empty line has no texture."""
    if not line:
        return None
    return TEXTS.get((line, size_px, weight), lambda: _written(line, size_px, weight))


def _written(line: str, size_px: int, weight: Weight) -> Texture:
    rendered = label(line, size_px, weight)
    rendered.refresh()
    return _pixel_for_pixel(rendered.texture)
