"""A receipt drawn as dots: the only way in which every printer prints every Vietnamese letter.

One letter a column, 42 columns (docs/protocols/printers.md, "Vietnamese on paper").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import ceil
from pathlib import Path
from unicodedata import category, east_asian_width, normalize

from PIL import Image, ImageDraw, ImageFont

COLUMNS = 42

_FINER = 12
"""Letters are drawn so many times larger than they are printed, then made black or white."""

_TALLER = 9
"""As `_FINER`, in height, for narrow paper: stretched letters keep their marks apart."""

_NARROW = 10
"""Dots a column below which letters are stretched."""

_WHITE_FROM = 135
_WEIGHT = 500
_TALLEST = "ẪẴỂỖỮ"
_DEEPEST = "gjyọựỵ"


@dataclass(frozen=True, slots=True)
class Pen:
    """A font cut for one width of paper. `above`, `line`: dots over the baseline and in all."""

    font: ImageFont.FreeTypeFont
    column: int
    finer: tuple[int, int]
    above: int
    line: int


def draw(lines: Sequence[str], dots: int) -> Image.Image:
    """The lines as a picture `dots` wide, in black (0) and white (255)."""
    pen = pen_for(dots)
    wide, high = pen.finer
    margin = (dots - COLUMNS * pen.column) // 2
    fine = Image.new("L", (dots * wide, pen.line * high), 255)
    picture = Image.new("1", (dots, pen.line * len(lines)), 255)
    for row, line in enumerate(lines):
        fine.paste(255, (0, 0, *fine.size))
        brush = ImageDraw.Draw(fine)
        for column, letter in _placed(line):
            at = ((margin + column * pen.column) * wide, pen.above * high)
            brush.text(at, letter, font=pen.font, anchor="ls", fill=0)
        picture.paste(_black_or_white(fine, (dots, pen.line)), (0, row * pen.line))
    return picture


@lru_cache
def pen_for(dots: int) -> Pen:
    """Raises OSError when the font is not installed."""
    column = dots // COLUMNS
    finer = (_FINER, _TALLER if column < _NARROW else _FINER)
    font = _font(column * finer[0])
    above = ceil(-font.getbbox(_TALLEST, anchor="ls")[1] / finer[1])
    below = ceil(font.getbbox(_DEEPEST, anchor="ls")[3] / finer[1])
    return Pen(font, column, finer, above, above + below + 1)


def _font(letter_width: int) -> ImageFont.FreeTypeFont:
    """The font in the size in which its letters are so wide."""
    measured = _font_of_size(100)
    return _font_of_size(100 * letter_width / measured.getlength("M"))


def _font_of_size(size: float) -> ImageFont.FreeTypeFont:
    path = Path(str(files("fontpkg_jetbrains_mono"))) / "files" / "JetBrainsMono[wght].ttf"
    font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([_WEIGHT])
    return font


def _placed(line: str) -> Iterator[tuple[int, str]]:
    """Each letter with its column; a wide one takes two, a mark stands on the one before it."""
    column, before = 0, 0
    for letter in normalize("NFC", line):
        if category(letter) in {"Mn", "Me"}:
            yield before, letter
        else:
            yield column, letter
            before = column
            column += 2 if east_asian_width(letter) in "WF" else 1


def _black_or_white(fine: Image.Image, size: tuple[int, int]) -> Image.Image:
    grey = fine.resize(size, Image.Resampling.BOX)
    return grey.point(lambda light: 255 if light >= _WHITE_FROM else 0).convert("1")
