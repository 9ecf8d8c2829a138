"""Laying out the parts that every screen uses: fitted texts, icons, buttons, lines, cards."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from ui.drawings.icons import badge, icon
from ui.drawings.marks import mark
from ui.drawings.svg import Sprite
from ui.fitting import Fitted, fit
from ui.page import Box, Page
from ui.presenter.catalogue import Words
from ui.presenter.sheet import Button, Line, Look, Mark, Tone
from ui.screens.scene import Act, Align, Face, Panel, Part, Picture, Target, Text, Weight
from ui.theme import tokens

BUTTON_PADDING = 6.4
ICON_MM = 5.6
ICON_GAP = 4.0
SLACK_MM = 0.4
CLOSER_MM = 0.9  # two lines that belong together share the air between them
TIGHT_MM = 2.0  # by so much the air around two lines may be less than full
"""Rounding to whole pixels may widen a text by this much."""


class Ruler(Protocol):
    """Measures texts; Kivy's fonts on the screen, a rule of thumb in unit tests."""

    def width(self, text: str, size_mm: float, weight: Weight) -> float:
        """The width of a text in millimetres."""
        ...


class Style(Struct, frozen=True):
    """Size by name, weight."""

    size: str
    weight: Weight


CAPTION = Style("caption", Weight.REGULAR)
SMALL = Style("small", Weight.REGULAR)
LABEL = Style("label", Weight.REGULAR)
STATE = Style("label", Weight.MEDIUM)
LABEL_STRONG = Style("label", Weight.SEMIBOLD)
BODY = Style("body", Weight.REGULAR)
BODY_STRONG = Style("body", Weight.SEMIBOLD)
LEAD = Style("lead", Weight.BOLD)
TITLE = Style("title", Weight.BOLD)
HEADLINE = Style("headline", Weight.BOLD)
DISPLAY = Style("display", Weight.BOLD)
HERO = Style("hero", Weight.BOLD)
COUNT = Style("count", Weight.BOLD)

BUTTON_COLOURS = {
    Look.QUIET: (Face.QUIET, "brand"),
    Look.NEXT: (Face.NEXT, "accent_ink"),
    Look.BRAND: (Face.BRAND, "brand_ink"),
    Look.CARD: (Face.CARD, "ink"),
}


class Pen(Struct, frozen=True):
    """Makes parts for one page."""

    page: Page
    ruler: Ruler

    def width(self, text: str, style: Style) -> float:
        """How wide a text stands on this page."""
        return self.ruler.width(text, self.page.type_mm(style.size), style.weight)

    def height(self, style: Style, lines: int = 1) -> float:
        """How high a box of so many lines must be, marks above the letters included."""
        kind = tokens().type
        em = self.page.type_mm(style.size)
        air = kind.diacritic_headroom_em + kind.diacritic_footroom_em
        return em * (kind.line_height[style.size] * lines + air)

    def fitted(
        self, words: Words, room: float, style: Style, lines: int = 1, *, shortens: bool = False
    ) -> Fitted:
        """How the words are said in a room."""
        return fit(
            words,
            room - SLACK_MM,
            lambda text: self.width(text, style),
            lines=lines,
            shortens=shortens,
        )

    def text(
        self,
        box: Box,
        words: Words,
        style: Style,
        colour: str = Tone.INK,
        *,
        align: Align = Align.LEFT,
        lines: int = 1,
        shortens: bool = False,
    ) -> Text:
        """Words in a box, in the middle of its height."""
        said = self.fitted(words, box.w, style, lines, shortens=shortens)
        return Text(
            box,
            said.lines,
            self.page.type_mm(style.size),
            tokens().type.line_height[style.size],
            style.weight,
            colour,
            align,
            cut=said.cut,
        )

    def colour(self, name: str) -> str:
        """A colour of the theme by name."""
        return str(getattr(self.page.theme.colours, name))

    def sprites(self, box: Box, sprites: Iterable[Sprite], *, amber: bool = False) -> list[Part]:
        """A picture made of parts. `amber`: its last part is the arrow of the next step."""
        parts: list[Part] = [
            Picture(Box(box.x + s.x, box.y + s.y, s.w, s.h), s.svg, soft=s.soft) for s in sprites
        ]
        if amber and isinstance(parts[-1], Picture):
            parts[-1] = replace(parts[-1], amber=True)
        return parts

    def icon(self, box: Box, name: str, colour: str) -> Picture:
        """An icon in a colour of the theme."""
        return Picture(box, icon(name, self.colour(colour)))

    def mark(self, box: Box, kind: Mark, *, loud: bool = False) -> Picture:
        """A state mark."""
        return Picture(box, mark(kind, self.page.theme.colours, loud=loud))

    def badge(self, box: Box, name: str, look: Look = Look.CARD) -> Picture:
        """An icon on a disc, in the colours of what it lies on."""
        colours = self.page.theme.colours
        icon_colour, disc, alpha = {
            Look.NEXT: (colours.accent_ink, "#FFFFFF", 0.5),
            Look.BRAND: (colours.brand_ink, "#FFFFFF", 0.16),
            Look.CARD: (colours.brand, colours.brand_tint, 1),
            Look.QUIET: (colours.accent_ink, colours.accent, 1),
        }[look]
        return Picture(box, badge(name, icon_colour, disc, alpha), amber=look is Look.QUIET)

    def button_width(
        self, button: Button, *, with_icon: bool = True, shortest: bool = False
    ) -> float:
        """The natural width of a button with its longest words, or its shortest."""
        said = button.words[-1 if shortest else 0]
        width = self.width(said, self._button_style(button)) + 2 * BUTTON_PADDING
        if button.icon and with_icon:
            width += ICON_MM * min(self.page.scale, 1.3) + ICON_GAP
        return width + SLACK_MM

    def button(self, box: Box, button: Button) -> list[Part]:
        """A button that yields its intent."""
        return self.touch(box, button.words, button.look, button.icon, button.intent)

    def touch(self, box: Box, words: Words, look: Look, icon_name: str, act: Act) -> list[Part]:
        """Icon and words in the middle of a panel; the icon leaves before the words get short."""
        face, colour = BUTTON_COLOURS[look]
        style = LEAD if look is Look.NEXT else BODY_STRONG
        room = box.w - 2 * min(BUTTON_PADDING, box.w * 0.08)
        icon_mm = ICON_MM * min(self.page.scale, 1.3)
        taken = icon_mm + ICON_GAP if icon_name else 0.0
        said = self.fitted(words, room - taken, style)
        if said.lines != self.fitted(words, room, style).lines:
            taken, said = 0.0, self.fitted(words, room, style)
        width = self.width(said.lines[0], style) + 2 * SLACK_MM
        x = box.x + (box.w - width - taken) / 2
        parts: list[Part] = [Panel(box, face), Target(box, act)]
        forward = icon_name == "right"  # an arrow onwards stands behind the words
        if taken:
            icon_x = x + width + ICON_GAP if forward else x
            spot = Box(icon_x, box.y + (box.h - icon_mm) / 2, icon_mm, icon_mm)
            parts.append(self.icon(spot, icon_name, colour))
        text = Box(x if forward else x + taken, box.y, width, box.h)
        parts.append(replace(self.text(text, said.lines, style, colour), cut=said.cut))
        return parts

    def _button_style(self, button: Button) -> Style:
        return LEAD if button.look is Look.NEXT else BODY_STRONG

    def line(self, box: Box, line: Line, *, mark_mm: float = 8.6) -> list[Part]:
        """Mark or icon, words, and the hint below them where there is room for it."""
        parts: list[Part] = []
        spot = Box(box.x, box.y + (box.h - mark_mm) / 2, mark_mm, mark_mm)
        if line.mark is not None:
            parts.append(self.mark(spot, line.mark))
        elif line.icon:
            parts.append(
                self.icon(spot.centred(mark_mm * 0.82, mark_mm * 0.82), line.icon, "brand")
            )
        return parts + self.words_and_hint(box.without_left(mark_mm + 4), line.words, line.hint)

    def note(self, box: Box, line: Line) -> list[Part]:
        """Mark, words and hint in a narrow box, each on up to two lines."""
        parts: list[Part] = []
        spot = Box(box.x, box.y + 3, 7.6, 7.6)
        if line.mark is not None:
            parts.append(self.mark(spot, line.mark))
        elif line.icon:
            parts.append(self.icon(spot, line.icon, "brand"))
        text = box.without_left(11.6).without_top(2)
        words = self.fitted(line.words, text.w, LABEL_STRONG, 2).lines
        upper = text.top_part(self.height(LABEL_STRONG, len(words)))
        lower = Box(text.x, upper.bottom, text.w, self.height(LABEL, 2))
        parts.append(self.text(upper, line.words, LABEL_STRONG, lines=2))
        parts.append(self.text(lower, line.hint, LABEL, Tone.SOFT, lines=2))
        return parts

    def words_and_hint(
        self,
        box: Box,
        words: Words,
        hint: Words,
        *,
        style: Style = BODY_STRONG,
        hint_style: Style = LABEL,
        colour: str = Tone.INK,
        hint_colour: str = Tone.SOFT,
    ) -> list[Part]:
        """Two lines around the middle of a box, or the words alone."""
        upper, lower = self.height(style), self.height(hint_style)
        if not hint or upper + lower > box.h + TIGHT_MM:
            lines = 2 if self.height(style, 2) <= box.h else 1
            return [self.text(box, words, style, colour, lines=lines)]
        above, below = self.two_lines(box, upper, lower)
        return [
            self.text(above, words, style, colour),
            self.text(below, hint, hint_style, hint_colour),
        ]

    def two_lines(self, box: Box, upper: float, lower: float) -> tuple[Box, Box]:
        """Boxes of two heights around the middle; the air between them is shared."""
        shared = CLOSER_MM * self.page.scale
        top = box.y + (box.h - upper - lower + shared) / 2
        return (
            Box(box.x, top, box.w, upper),
            Box(box.x, top + upper - shared, box.w, lower),
        )


def flat(parts: Iterable[Iterable[Part]]) -> tuple[Part, ...]:
    """Many lists of parts as one."""
    return tuple(part for some in parts for part in some)
