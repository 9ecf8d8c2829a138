"""What surrounds every screen: band, header, sentence, footer."""

from collections.abc import Iterator

from msgspec import Struct

from ui.drawings.logo import logo
from ui.page import Box, Layout
from ui.presenter.catalogue import Words
from ui.presenter.sheet import Button, Header, Look, Sheet, Tone
from ui.screens.grid import BAND_MM, GAP, Grid
from ui.screens.pen import (
    BODY_STRONG,
    HEADLINE,
    LABEL,
    LABEL_STRONG,
    LEAD,
    TITLE,
    Pen,
    Style,
    flat,
)
from ui.screens.scene import Act, Align, Band, Face, Group, Panel, Part, Picture

CHIP_ICON = 5.2
LEAST_PRIMARY = 52.0
LOGO_MM = 14.0
MOST_NAME = 48.0
LEAST_NAME = 24.0


def band(pen: Pen) -> Group:
    """The woven band along the top; high contrast has none."""
    if pen.page.theme.art is None:
        return Group("band", ())
    return Group("band", (Band(Box(0, 0, pen.page.w, BAND_MM)),))


def header(pen: Pen, at: Grid, said: Header) -> Group:
    """Library left; person, state, date and clock right. Compact pages keep the logo only."""
    parts: list[Part] = []
    if at.logo is not None:
        parts.append(Picture(at.logo, logo(pen.page.theme.colours)))
    if at.header is None:
        return Group("header", tuple(parts))
    right, told = _told(pen, at.header, said)
    name = Box(at.header.x + LOGO_MM, at.header.y, right - at.header.x - LOGO_MM - GAP, at.header.h)
    if name.w > LEAST_NAME * pen.page.scale:
        parts.append(pen.text(name, (said.library,), BODY_STRONG, shortens=True))
    return Group("header", (*parts, *told))


class Told(Struct, frozen=True):
    """One thing told in the header, with its width; a chip has a face and an icon."""

    words: Words
    style: Style
    colour: str
    width: float
    face: Face | None = None
    icon: str = ""


def _told(pen: Pen, box: Box, said: Header) -> tuple[float, list[Part]]:
    """From right to left; the date leaves first where it is tight. Gives where they begin."""
    things = _things(pen, said, said.date)
    name = LOGO_MM + min(pen.width(said.library, BODY_STRONG), MOST_NAME) + GAP
    if _too_wide(things, box.w - name):
        things = _things(pen, said, said.date[-1:])
    if _too_wide(things, box.w - LOGO_MM - MOST_NAME):
        things = _things(pen, said, ())
    parts: list[Part] = []
    right = box.right
    for thing in things:
        right -= thing.width
        spot = Box(right, box.y, thing.width, box.h)
        if thing.face is not None:
            parts += chip(pen, spot, thing.words, thing.face, thing.icon, thing.colour)
        else:
            parts.append(
                pen.text(spot, thing.words[:1], thing.style, thing.colour, align=Align.RIGHT)
            )
        right -= GAP
    return right + GAP, parts


def _things(pen: Pen, said: Header, date: Words) -> list[Told]:
    """Clock, date, person, state: those that are there."""
    plain = (((said.time,), LEAD, Tone.INK), (date, LABEL, Tone.SOFT))
    told = [
        Told(words, style, colour, pen.width(words[0], style) + 0.5)
        for words, style, colour in plain
        if words
    ]
    tight = pen.page.scale > 1 and said.person and said.offline
    chips = (
        (said.person, Face.PERSON, "person", "brand"),
        (said.offline[-1:] if tight else said.offline, Face.WARNING, "offline", "warn"),
    )
    return told + [
        Told(
            words,
            LABEL_STRONG,
            colour,
            pen.width(words[0], LABEL_STRONG) + CHIP_ICON + 10.5,
            face,
            icon,
        )
        for words, face, icon, colour in chips
        if words
    ]


def _too_wide(things: list[Told], room: float) -> bool:
    return sum(thing.width + GAP for thing in things) > room


def chip(pen: Pen, box: Box, words: Words, face: Face, icon: str, colour: str) -> list[Part]:
    """A small told thing with an icon: never to be touched."""
    radius = box.h / 2 if face is not Face.WARNING else 2.4
    spot = Box(box.x + 3.4, box.y + (box.h - CHIP_ICON) / 2, CHIP_ICON, CHIP_ICON)
    text = Box(box.x + CHIP_ICON + 6, box.y, box.w - CHIP_ICON - 8.4, box.h)
    return [
        Panel(box, face, radius),
        pen.icon(spot, icon, colour),
        pen.text(text, words, LABEL_STRONG, colour),
    ]


def sentence(pen: Pen, at: Grid, words: Words) -> Group:
    """The one sentence: shorter words where it does not fit, never smaller type."""
    if not words:
        return Group("sentence", ())
    style = HEADLINE if pen.page.layout is Layout.TALL else TITLE
    return Group("sentence", (pen.text(at.sentence, words, style),))


class Way(Struct, frozen=True):
    """A button of the footer; its act may stay on the screen."""

    words: Words
    look: Look
    icon: str
    act: Act


def footer(pen: Pen, at: Grid, sheet: Sheet, onward: tuple[Way, ...] = ()) -> Group:
    """Ways out left, the way on right, always in the same place; a quiet note between them."""
    ways_on = tuple(Way(b.words, b.look, b.icon, b.intent) for b in sheet.ways_on) + onward
    needed = sum(_least_width(pen, way) + GAP for way in ways_on)
    left, x = _ways_out(pen, at.footer, sheet.ways_out, needed)
    right, start = _ways_on(pen, at.footer, ways_on, x)
    parts = [*left, *right]
    room = Box(x + 2, at.footer.y, start - x - 6, at.footer.h)
    if sheet.note and _fits(pen, sheet.note, room, LABEL):
        parts.append(pen.text(room, sheet.note, LABEL, Tone.SOFT, align=Align.RIGHT))
    return Group("footer", tuple(parts))


def _fits(pen: Pen, words: Words, room: Box, style: Style) -> bool:
    return room.w > 0 and not pen.fitted(words, room.w, style).cut


def _ways_out(
    pen: Pen, box: Box, buttons: tuple[Button, ...], needed: float
) -> tuple[tuple[Part, ...], float]:
    widths = next(
        (widths for widths in _widths(pen, buttons) if _sum(widths) + needed <= box.w),
        [pen.button_width(button, with_icon=False, shortest=True) for button in buttons],
    )
    parts, x = [], box.x
    for button, width in zip(buttons, widths, strict=True):
        parts.append(pen.button(Box(x, box.y, width, box.h), button))
        x += width + GAP
    return flat(parts), x


def _widths(pen: Pen, buttons: tuple[Button, ...]) -> Iterator[list[float]]:
    """With icons, without them: icons leave before words get shorter."""
    for with_icon in (True, False):
        yield [pen.button_width(button, with_icon=with_icon) for button in buttons]


def _sum(widths: list[float]) -> float:
    return sum(width + GAP for width in widths)


def _least_width(pen: Pen, way: Way) -> float:
    style = LEAD if way.look is Look.NEXT else BODY_STRONG
    return max(pen.width(way.words[-1], style) + 9, 30.0)


def _ways_on(
    pen: Pen, box: Box, ways: tuple[Way, ...], left: float
) -> tuple[tuple[Part, ...], float]:
    parts, x = [], box.right
    for way in reversed(ways):
        style = LEAD if way.look is Look.NEXT else BODY_STRONG
        natural = max(pen.width(way.words[0], style) + 30, LEAST_PRIMARY)
        width = min(natural, x - left)
        spot = Box(x - width, box.y, width, box.h)
        parts.append(pen.touch(spot, way.words, way.look, way.icon, way.act))
        x -= width + GAP
    return flat(parts), x
