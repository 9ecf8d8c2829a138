"""Help, out of service, opening: the desk drawn, beside it what works and what does not."""

from ui.drawings.desk import desk, sign_box
from ui.page import Box, Layout
from ui.presenter.sheet import NoticeBody, Sheet, Tone
from ui.screens.frame import footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.local import Local
from ui.screens.pen import LABEL, LABEL_STRONG, Pen
from ui.screens.scene import Align, Face, Group, Panel, Part, Picture, Scene

ON_SIGN = "on_basket"


def notice_screen(pen: Pen, at: Grid, sheet: Sheet, body: NoticeBody, _local: Local) -> Scene:
    """Compact pages leave the drawing out."""
    picture, words = _places(pen, at.content) if body.sign else (None, at.content)
    groups = [sentence(pen, at, sheet.sentence)]
    if picture is not None:
        groups.append(_drawing(pen, picture, body))
    return *groups, _lines(pen, words, body), footer(pen, at, sheet)


def _places(pen: Pen, box: Box) -> tuple[Box | None, Box]:
    if pen.page.layout is Layout.COMPACT or not pen.page.has_pictures:
        return None, box
    if pen.page.layout is Layout.TALL:
        picture = box.top_part(124)
        return picture, Box(box.x, picture.bottom + 8, box.w, min(110, box.h - 132))
    return box.left_part(104), box.without_left(104 + GAP)


def _drawing(pen: Pen, box: Box, body: NoticeBody) -> Group:
    theme = pen.page.theme
    parts: list[Part] = []
    if theme.art is not None:
        parts.append(Picture(box, desk(box.w, box.h, theme.art, theme.colours)))
    hung = sign_box(box.w, box.h)
    sign = Box(box.x + hung.x, box.y + hung.y, hung.w, hung.h).inset(2, 0)
    parts.append(pen.text(sign, body.sign, LABEL_STRONG, ON_SIGN, align=Align.CENTRE))
    return Group("picture", tuple(parts))


def _lines(pen: Pen, box: Box, body: NoticeBody) -> Group:
    parts: list[Part] = [Panel(box, Face.CARD)]
    inner = box.inset(5, 2)
    after = pen.height(LABEL, 2) if body.after and pen.page.layout is not Layout.COMPACT else 0.0
    rows = inner.top_part(inner.h - after).rows(max(1, len(body.lines)), 0)
    for i, (spot, line) in enumerate(zip(rows, body.lines, strict=False)):
        if i:
            parts.append(Panel(Box(spot.x, spot.y, spot.w, 0.25), Face.RULE, 0))
        parts += pen.line(spot, line)
    if after:
        words = inner.bottom_part(after)
        parts.append(pen.text(words, body.after, LABEL, Tone.SOFT, lines=2))
    return Group("lines", tuple(parts))
