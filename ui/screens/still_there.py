"""Are you still there: a dialog over everything, with what lies unfinished."""

from ui.drawings.covers import cover
from ui.drawings.ring import ring
from ui.page import Box, Layout
from ui.presenter.sheet import Overlay, Row, Tone
from ui.screens.grid import GAP
from ui.screens.pen import (
    BODY,
    DISPLAY,
    HEADLINE,
    LABEL,
    LABEL_STRONG,
    STATE,
    TITLE,
    Pen,
)
from ui.screens.scene import Align, Face, Group, Panel, Part, Picture, Scene

RING_FULL_SECONDS = 20
BUTTON_MM = 18.0
PAGE_FACE = Face.DIALOG


def overlay(pen: Pen, said: Overlay) -> Scene:
    """Scrim and dialog; only its two buttons can be touched."""
    page = Box(0, 0, pen.page.w, pen.page.h)
    box = _dialog(pen, page, said)
    inner = box.inset(min(8.0, box.h * 0.08))
    buttons = inner.bottom_part(min(BUTTON_MM, inner.h * 0.3))
    upper = inner.top_part(inner.h - buttons.h - GAP)
    groups = [
        Group("scrim", (Panel(page, Face.SCRIM, 0), Panel(box, PAGE_FACE))),
        Group("answers", _answers(pen, buttons, said)),
    ]
    if said.unfinished and _has_room(pen):
        list_height = pen.height(LABEL) + 14 * pen.page.scale
        groups.append(Group("unfinished", _unfinished(pen, upper.bottom_part(list_height), said)))
        upper = upper.top_part(upper.h - list_height - GAP)
    return *groups, Group("question", _question(pen, upper, said))


def _has_room(pen: Pen) -> bool:
    return pen.page.h > 120


def _dialog(pen: Pen, page: Box, said: Overlay) -> Box:
    if pen.page.layout is Layout.COMPACT:
        return page.inset(5)
    height = 96.0 if said.unfinished else 74.0
    return page.centred(min(page.w - 16, 158), height * max(1.0, pen.page.scale * 0.85))


def _question(pen: Pen, box: Box, said: Overlay) -> tuple[Part, ...]:
    size = min(29.0, box.h, box.w * 0.22)
    spot = Box(box.x, box.y + (box.h - size) / 2, size, size)
    part = min(1.0, said.seconds / RING_FULL_SECONDS)
    drawing = ring(part, pen.colour("brand"), pen.colour("brand_tint"), 9)
    number = DISPLAY if size > 25 and pen.page.scale == 1 else TITLE
    text = box.without_left(size + 7)
    style = HEADLINE if not pen.fitted(said.question[:1], text.w, HEADLINE).cut else TITLE
    upper = pen.height(style)
    lines = 2 if upper + pen.height(BODY, 2) <= box.h + 2 else 1
    lower = pen.height(BODY, lines)
    top = text.y + (text.h - upper - lower) / 2
    explained = Box(text.x, top + upper, text.w, lower)
    return (
        Picture(spot, drawing),
        pen.text(spot, (str(said.seconds),), number, align=Align.CENTRE),
        pen.text(Box(text.x, top, text.w, upper), said.question, style),
        pen.text(explained, said.explanation, BODY, Tone.SOFT, lines=lines),
    )


def _unfinished(pen: Pen, box: Box, said: Overlay) -> tuple[Part, ...]:
    parts: list[Part] = [Panel(box, Face.SUNKEN)]
    heading = Box(box.x + 4, box.y + 1.6, box.w - 8, pen.height(LABEL))
    parts.append(pen.text(heading, said.heading, STATE))
    room = Box(heading.x, heading.bottom, heading.w, box.bottom - heading.bottom - 2)
    for spot, row in zip(
        room.columns(2 if pen.page.scale == 1 else 1, GAP), said.unfinished, strict=False
    ):
        parts += _named(pen, spot, row)
    return tuple(parts)


def _named(pen: Pen, box: Box, row: Row) -> list[Part]:
    parts: list[Part] = []
    if pen.page.has_pictures:
        spot = Box(box.x, box.y + 0.4, (box.h - 0.8) * 0.75, box.h - 0.8)
        parts.append(Picture(spot, cover(row.cover)))
        box = box.without_left(spot.w + 3)
    upper, lower = box.rows(2, 0)
    return [
        *parts,
        pen.text(upper, row.title, LABEL_STRONG, shortens=True),
        pen.text(lower, row.words, LABEL, row.tone),
    ]


def _answers(pen: Pen, box: Box, said: Overlay) -> tuple[Part, ...]:
    leave = min(max(40.0, pen.button_width(said.leave)), box.w * 0.42)
    stay = box.without_left(leave + GAP)
    return *pen.button(box.left_part(leave), said.leave), *pen.button(stay, said.stay)
