"""Parts onto a canvas: millimetres become whole pixels, y is turned round.

Owner: Kivy's main thread.
"""

from collections.abc import Callable
from functools import lru_cache

from kivy.graphics import BorderImage, Canvas, Color, Rectangle
from kivy.graphics.texture import Texture
from msgspec import Struct

from ui.drawings.weave import weave_pixels
from ui.page import Box, Page
from ui.screens.scene import Align, Band, Group, Panel, Picture, Target, Text
from ui.theme import Art, channels
from ui.widgets import textures
from ui.widgets.panels import patch, skin

DESCENT_EM = 0.265
NATURAL_HEIGHT_EM = 1.265
"""Be Vietnam Pro: ascent 1.0, descent 0.265 of the letter size."""
ON_BASKET = "#FFFFFF"


class PixelBox(Struct, frozen=True):
    """A box in Kivy's pixels: x, y of the lower left corner."""

    x: int
    y: int
    w: int
    h: int


class PaintedLine(Struct, frozen=True):
    """What a line of text really took on the screen."""

    text: str
    box: PixelBox
    room: PixelBox
    cut: bool


def pixels(page: Page, box: Box) -> PixelBox:
    """Edges are rounded, so that neighbours meet."""
    left, right = page.px(box.x), page.px(box.right)
    top, bottom = page.px(box.y), page.px(box.bottom)
    return PixelBox(left, page.height_px - bottom, right - left, bottom - top)


class Painter:
    """Paints groups of one page; remembers what each line of text took."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._paints: dict[type, Callable[..., list[PaintedLine]]] = {
            Panel: self._panel,
            Text: self._text,
            Picture: self._picture,
            Band: self._band,
            Target: lambda _part: [],
        }

    def paint(self, group: Group) -> list[PaintedLine]:
        """Add the group's parts to the canvas that is open (`with canvas:`)."""
        return [line for part in group.parts for line in self._paints[type(part)](part)]

    def prepare(self, group: Group) -> None:
        """Make the group's textures without painting it."""
        with Canvas():
            self.paint(group)

    def colour(self, name: str) -> tuple[float, float, float]:
        """A colour of the theme, or white on a basket."""
        return channels(getattr(self.page.theme.colours, name, ON_BASKET))

    def _panel(self, panel: Panel) -> list[PaintedLine]:
        spot = pixels(self.page, panel.box)
        if panel.radius == 0:
            worn = skin(self.page.theme, panel.face)
            Color(*channels(worn.fill), worn.alpha)
            Rectangle(pos=(spot.x, spot.y), size=(spot.w, max(1, spot.h)))
            return []
        radius = min(panel.radius * self.page.px_per_mm, spot.w / 2, spot.h / 2)
        worn_patch = patch(self.page.theme, panel.face, round(radius, 1), self.page.px_per_mm)
        texture = textures.drawing(worn_patch.svg, worn_patch.size, worn_patch.size)
        reach, border = worn_patch.reach, worn_patch.border
        Color(1, 1, 1, 1)
        BorderImage(
            texture=texture,
            border=(border, border, border, border),
            pos=(spot.x - reach, spot.y - reach),
            size=(spot.w + 2 * reach, spot.h + 2 * reach),
        )
        return []

    def _picture(self, picture: Picture) -> list[PaintedLine]:
        spot = pixels(self.page, picture.box)
        if spot.w > 0 and spot.h > 0:
            Color(1, 1, 1, 1)
            shrunk = 2 if picture.soft else 1
            size = spot.w // shrunk, spot.h // shrunk
            texture = textures.drawing(picture.svg, *size, stretched=picture.soft)
            Rectangle(texture=texture, pos=(spot.x, spot.y), size=(spot.w, spot.h))
        return []

    def _band(self, band: Band) -> list[PaintedLine]:
        spot = pixels(self.page, band.box)
        if self.page.theme.art is not None:
            weave = _weave(self.page.theme.art)
            Color(1, 1, 1, 1)
            top = self.page.height_px - weave.height
            across = spot.w / weave.width
            coords = (0, 1, across, 1, across, 0, 0, 0)
            size = (spot.w, weave.height)
            Rectangle(texture=weave, pos=(0, top), size=size, tex_coords=coords)
        return []

    def _text(self, text: Text) -> list[PaintedLine]:
        size = round(text.size_mm * self.page.px_per_mm)
        room = pixels(self.page, text.box)
        pitch = round(size * text.line_height)
        middle = room.y + room.h / 2 + pitch * (len(text.lines) - 1) / 2
        Color(*self.colour(text.colour))
        painted = []
        for i, line in enumerate(text.lines):
            texture = textures.text(line, size, text.weight)
            if texture is None:
                continue
            bottom = round(middle - i * pitch - size * NATURAL_HEIGHT_EM / 2)
            spot = PixelBox(_left(text, room, texture), bottom, texture.width, texture.height)
            Rectangle(texture=texture, pos=(spot.x, spot.y), size=(spot.w, spot.h))
            painted.append(PaintedLine(line, spot, room, text.cut))
        return painted


def _left(text: Text, room: PixelBox, texture: Texture) -> int:
    match text.align:
        case Align.LEFT:
            return room.x
        case Align.CENTRE:
            return int(room.x + (room.w - texture.width) / 2)
        case Align.RIGHT:
            return int(room.x + room.w - texture.width)


@lru_cache(maxsize=4)
def _weave(art: Art) -> Texture:
    width, height, data = weave_pixels(art)
    texture = Texture.create(size=(width, height), colorfmt="rgb")
    texture.blit_buffer(data, colorfmt="rgb", bufferfmt="ubyte")
    texture.wrap = "repeat"
    texture.mag_filter = texture.min_filter = "nearest"
    return texture
