"""Farewell: thanks, what was done, the receipt, and when this screen goes."""

from msgspec.structs import replace

from ui.drawings.ring import ring
from ui.drawings.scenery import goodbye
from ui.page import Box, Layout
from ui.presenter.catalogue import Words
from ui.presenter.sheet import FarewellBody, Line, Sheet, Tone
from ui.screens.frame import footer, sentence
from ui.screens.grid import Grid
from ui.screens.listing import COLUMN_GAP, PAGE_BUTTON, rows_that_fit, shown
from ui.screens.local import Local
from ui.screens.pen import (
    BODY_STRONG,
    DISPLAY,
    HERO,
    LABEL,
    LABEL_STRONG,
    TIGHT_MM,
    Pen,
    flat,
)
from ui.screens.scene import Face, Group, Panel, Part, Picture, Scene, Text, Weight
from ui.theme import tokens

RING_FULL_SECONDS = 12
RECEIPT_COLUMNS = 42
MONO_WIDTH_EM = 0.6001
CHOICE_MM = 16.0


def farewell_screen(pen: Pen, at: Grid, sheet: Sheet, body: FarewellBody, local: Local) -> Scene:
    """The receipt takes the place of the drawing, on compact pages also of the words."""
    compact = pen.page.layout is Layout.COMPACT
    place = at.content if compact else at.open_content
    picture, words = _places(pen, place, receipt=bool(body.receipt))
    groups = [sentence(pen, at, _heading(body))] if compact else []
    if picture is not None:
        groups += (
            _receipt(pen, picture, body, local) if body.receipt else _drawing(pen, picture, body)
        )
    if words is not None:
        drawn = picture is not None and not body.receipt
        groups += _told(pen, words, body if drawn else _with_reminder(body))
    return *groups, _countdown(pen, at.footer, body), footer(pen, at, sheet)


def _places(pen: Pen, box: Box, *, receipt: bool) -> tuple[Box | None, Box | None]:
    match pen.page.layout:
        case Layout.WIDE:
            return box.left_part(88), box.without_left(96)
        case Layout.COMPACT:
            return (box, None) if receipt else (None, box)
        case Layout.TALL:
            picture = box.top_part(box.h * 0.5)
            return picture, box.without_top(picture.h + 10)


def _drawing(pen: Pen, box: Box, body: FarewellBody) -> list[Group]:
    art = pen.page.theme.art
    if art is None:
        return [Group("picture", (Panel(box, Face.CARD), *_reminder(pen, box, body.reminder)))]
    drawing = pen.sprites(box, goodbye(box.w, box.h, body.card_left, art, pen.page.theme.colours))
    return [Group("picture", (*drawing, *_reminder(pen, box, body.reminder)))]


def _reminder(pen: Pen, picture: Box, words: Words) -> list[Part]:
    if not words:
        return []
    box = picture.inset(4).bottom_part(max(12.0, pen.height(LABEL_STRONG) + 2))
    icon = Box(box.x + 4, box.y + (box.h - 6) / 2, 6, 6)
    text = pen.text(box.without_left(13).left_part(box.w - 16), words, LABEL_STRONG)
    return [Panel(box, Face.PILL), pen.icon(icon, "card", "warn"), text]


def _heading(body: FarewellBody) -> Words:
    """Where the receipt fills the page, the reminder has no other place."""
    return body.reminder if body.receipt and body.reminder else body.greeting


def _with_reminder(body: FarewellBody) -> FarewellBody:
    """Without the drawing the reminder is one more line."""
    if not body.reminder:
        return body
    icon = "card" if body.card_left else "paper"
    return replace(body, lines=(Line(None, body.reminder, icon=icon), *body.lines))


def _told(pen: Pen, box: Box, body: FarewellBody) -> list[Group]:
    style = HERO if pen.page.layout is Layout.TALL else DISPLAY
    greeting = box.top_part(0 if pen.page.layout is Layout.COMPACT else pen.height(style))
    groups = []
    if greeting.h:
        groups.append(Group("greeting", (pen.text(greeting, body.greeting, style),)))
    choices = box.bottom_part(CHOICE_MM if body.choices else 0)
    lines = Box(box.x, greeting.bottom, box.w, choices.y - greeting.bottom - 1)
    if body.choices:
        groups.append(Group("choices", _choices(pen, choices, body)))
        question = lines.bottom_part(pen.height(BODY_STRONG))
        if _leaves_room(pen, body, lines.h - question.h - 2):
            groups.append(Group("question", (pen.text(question, body.question, BODY_STRONG),)))
            lines = lines.top_part(lines.h - question.h - 2)
    return [*groups, Group("lines", _lines(pen, lines, body))]


def _leaves_room(pen: Pen, body: FarewellBody, height: float) -> bool:
    """What was done comes before the question about it."""
    needed = (pen.height(BODY_STRONG) + pen.height(LABEL) - TIGHT_MM) * len(body.lines)
    return pen.page.layout is not Layout.COMPACT and needed <= height


def _lines(pen: Pen, box: Box, body: FarewellBody) -> tuple[Part, ...]:
    with_hint = pen.height(BODY_STRONG) + pen.height(LABEL)
    n = len(body.lines)
    height = min(with_hint + 3.4, box.h / n)
    spots = (Box(box.x, box.y + i * height, box.w, height) for i in range(n))
    mark = min(8.8 * min(1.3, pen.page.scale), height - 1)
    return flat(
        pen.line(spot, line, mark_mm=mark) for spot, line in zip(spots, body.lines, strict=True)
    )


def _choices(pen: Pen, box: Box, body: FarewellBody) -> tuple[Part, ...]:
    spots = box.columns(max(2, len(body.choices)), 4)
    return flat(pen.button(*pair) for pair in zip(spots, body.choices, strict=False))


def _countdown(pen: Pen, footer_box: Box, body: FarewellBody) -> Group:
    size = min(10.4, footer_box.h - 4)
    spot = Box(footer_box.x + 0.4, footer_box.y + (footer_box.h - size) / 2, size, size)
    part = min(1.0, body.seconds / RING_FULL_SECONDS)
    drawing = ring(part, pen.colour("brand"), pen.colour("brand_tint"), 13)
    text = Box(
        spot.right + 3.6, footer_box.y, footer_box.w - LEFT_FOR_DONE - size - 8, footer_box.h
    )
    words = pen.text(text, body.countdown, LABEL, Tone.SOFT)
    return Group("countdown", (Picture(spot, drawing), words))


LEFT_FOR_DONE = 60.0


def _letter_size(pen: Pen, room: float) -> float:
    """A size at which 42 letters, each a whole number of pixels wide, stand in the room."""
    column = pen.page.px(room) // RECEIPT_COLUMNS
    widest = (column + 0.49) // MONO_WIDTH_EM / pen.page.px_per_mm
    return min(pen.page.type_mm("body"), widest)


def _pitch(size: float) -> float:
    return size * tokens().type.line_height["label"]


def _receipt(pen: Pen, box: Box, body: FarewellBody, local: Local) -> list[Group]:
    """42 columns on white; long ones are turned page by page."""
    inner = box.inset(4, 3)
    size = _letter_size(pen, inner.w)
    if rows_that_fit(inner.h, _pitch(size), 0) < len(body.receipt):
        size = _letter_size(pen, inner.w - PAGE_BUTTON - COLUMN_GAP)
    height = _pitch(size)
    page = shown(pen, inner, body.receipt, local.page, row=height, gap=0.0)
    paper = Group("paper", (Panel(box, Face.CARD),))
    texts = tuple(
        Text(
            Box(spot.x, spot.y, spot.w, height), (line.rstrip(),), size, 1.35, Weight.MONO, Tone.INK
        )
        for line, spot in page.rows
    )
    return [paper, Group("receipt", texts), page.turner]
