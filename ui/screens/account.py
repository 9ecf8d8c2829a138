"""The account: loans left, how it stands right."""

from ui.drawings.covers import cover
from ui.page import Box, Layout
from ui.presenter.sheet import AccountBody, LoanRow, Sheet, Tone
from ui.screens.frame import footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.listing import shown
from ui.screens.local import Local
from ui.screens.pen import BODY, BODY_STRONG, LABEL, STATE, Pen, flat
from ui.screens.scene import Align, Face, Group, Panel, Part, Picture, Scene

SIDE_MM = 60.0
BUTTON_MM = 15.0


def account_screen(pen: Pen, at: Grid, sheet: Sheet, body: AccountBody, local: Local) -> Scene:
    """Compact pages show the loans only."""
    place, side = _places(pen, at.content)
    groups = [sentence(pen, at, sheet.sentence)]
    if side is not None:
        groups.append(_side(pen, side, body))
    return (*groups, *_loans(pen, place, body, local), footer(pen, at, sheet))


def _places(pen: Pen, box: Box) -> tuple[Box, Box | None]:
    match pen.page.layout:
        case Layout.WIDE:
            return box.left_part(box.w - SIDE_MM - GAP), box.right_part(SIDE_MM)
        case Layout.COMPACT:
            return box, None
        case Layout.TALL:
            height = 66 * max(1.0, pen.page.scale * 0.9)
            return box.top_part(box.h - height - 8), box.bottom_part(height)


def _side(pen: Pen, box: Box, body: AccountBody) -> Group:
    parts: list[Part] = [Panel(box, Face.CARD)]
    inner = box.inset(5, 4)
    heading = inner.top_part(pen.height(BODY_STRONG))
    width = pen.width(body.heading[0], BODY_STRONG) + 2
    parts.append(pen.text(heading, body.heading, BODY_STRONG))
    parts.append(pen.text(heading.without_left(width), body.count, LABEL, Tone.SOFT))
    rest = inner.without_top(heading.h + 3)
    for spot, line in zip(rest.rows(2, 2), body.notes, strict=False):
        parts.append(Panel(Box(spot.x, spot.y - 1, spot.w, 0.25), Face.RULE, 0))
        parts += pen.note(spot, line)
    return Group("side", tuple(parts))


def _loans(pen: Pen, box: Box, body: AccountBody, local: Local) -> Scene:
    if not body.rows:
        text = pen.text(box.inset(6), body.empty, BODY, Tone.SOFT, align=Align.CENTRE, lines=2)
        return (Group("empty", (Panel(box, Face.SUNKEN), text)),)
    tall = pen.page.layout is Layout.TALL
    least = max(24.0 if tall else BUTTON_MM, 11.2 * pen.page.scale + 2.4)
    here = shown(pen, box, body.rows, local.page, row=least, gap=GAP)
    return *(_loan(pen, spot, row) for row, spot in here.rows), here.turner


def _loan(pen: Pen, box: Box, row: LoanRow) -> Group:
    parts: list[Part] = []
    card = box
    if row.renew is not None:
        width = pen.button_width(row.renew, with_icon=box.w > 120)
        card = box.left_part(box.w - width - GAP)
        parts += pen.button(box.right_part(width), row.renew)
    parts.insert(0, Panel(card, Face.CARD))
    text = card.inset(4, 0)
    if pen.page.has_pictures:
        height = card.h - 1.8
        spot = Box(card.x + 1.8, card.y + (card.h - height) / 2, height * 0.75, height)
        parts.append(Picture(spot, cover(row.cover)))
        text = Box(spot.right + 3.6, card.y, card.right - spot.right - 6, card.h)
    return Group(f"loan/{row.key}", (*parts, *_words(pen, text, row)))


def _words(pen: Pen, box: Box, row: LoanRow) -> tuple[Part, ...]:
    upper, lower = pen.height(BODY_STRONG), pen.height(STATE)
    title, state = pen.two_lines(box, upper, lower)
    icon = 4.8 * min(pen.page.scale, 1.3)
    spot = Box(state.x, state.y + (lower - icon) / 2, icon, icon)
    return flat(
        [
            [pen.text(title, (row.title,), BODY_STRONG, shortens=True)],
            [pen.icon(spot, row.icon, row.tone)],
            [pen.text(state.without_left(icon + 2), row.words, STATE, row.tone)],
        ]
    )
