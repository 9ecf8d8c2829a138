"""Who are you: the drawing shows what to do, the other ways stand beside it."""

from ui.drawings.scenery import show_card
from ui.page import Box, Layout
from ui.presenter.catalogue import Words
from ui.presenter.sheet import Button, Line, Look, Mark, Sheet, Tone, WhoBody
from ui.screens.frame import footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.listing import rows_that_fit
from ui.screens.local import Local
from ui.screens.pen import BODY_STRONG, LABEL, STATE, Pen
from ui.screens.scene import Align, Face, Group, Panel, Part, Scene, Target

LEAST_WAY = 15.0
PICTURE_MM = {Layout.WIDE: 104.0, Layout.COMPACT: 56.0}


def who_screen(pen: Pen, at: Grid, sheet: Sheet, body: WhoBody, _local: Local) -> Scene:
    """The picture leaves first where there is little room."""
    picture, ways = _places(pen, at.content)
    groups = [sentence(pen, at, sheet.sentence)]
    if picture is not None:
        groups.append(_picture(pen, picture, body))
    return (*groups, *_ways(pen, ways, body, alone=picture is None), footer(pen, at, sheet))


def _places(pen: Pen, box: Box) -> tuple[Box | None, Box]:
    if pen.page.layout is Layout.TALL:
        picture = box.top_part(min(130, box.h - 118 * max(1, pen.page.scale * 0.85)))
        return picture, box.without_top(picture.h + 8)
    if pen.page.layout is Layout.COMPACT and (pen.page.scale > 1 or not pen.page.has_pictures):
        return None, box
    width = PICTURE_MM[pen.page.layout]
    return box.left_part(width), box.without_left(width + GAP)


def _picture(pen: Pen, box: Box, body: WhoBody) -> Group:
    art = pen.page.theme.art
    parts: list[Part] = []
    if art is None:
        badge = pen.badge(box.centred(36, 36), "card", Look.CARD if body.asking else Look.QUIET)
        parts += [Panel(box, Face.CARD), badge]
    else:
        wanted = not body.asking
        drawing = show_card(box.w, box.h, body.books, wanted, art, pen.page.theme.colours)
        parts += pen.sprites(box, drawing, amber=wanted)
    if body.seen and box.w > 80:
        parts += _seen(pen, box, body.seen)
    return Group("picture", tuple(parts))


def _seen(pen: Pen, picture: Box, words: Words) -> list[Part]:
    room = picture.w - 8
    said = pen.fitted(words, room - 20, STATE).lines
    width = pen.width(said[0], STATE) + 18
    box = Box(picture.x + 4, picture.y + 4, min(room, width), max(11, pen.height(STATE) + 2))
    text = box.without_left(12).left_part(box.w - 15)
    return [
        Panel(box, Face.PILL, box.h / 2),
        pen.mark(Box(box.x + 1.8, box.y + box.h / 2 - 3.8, 7.6, 7.6), Mark.DONE),
        pen.text(text, said, STATE),
    ]


def _ways(pen: Pen, box: Box, body: WhoBody, *, alone: bool) -> Scene:
    if body.asking:
        return (Group("asking", _asking(pen, box, body.asking)),)
    groups = []
    heading = pen.height(LABEL)
    if pen.page.layout is not Layout.COMPACT:
        spot = box.top_part(heading)
        words = pen.text(spot, body.heading, LABEL, Tone.SOFT)
        groups.append(Group("heading", (words,)))
        box = box.without_top(heading + 2)
    n = min(len(body.ways), rows_that_fit(box.h, LEAST_WAY, GAP))
    ways = body.ways if n == len(body.ways) else (*body.ways[: n - 1], body.ways[-1])
    for i, (spot, way) in enumerate(zip(box.rows(n, GAP), ways, strict=True)):
        face = Face.FIELD_NEXT if alone and i == 0 else Face.CARD
        groups.append(Group(f"way/{i}", _way(pen, spot, way, face)))
    return tuple(groups)


def _asking(pen: Pen, box: Box, words: Words) -> tuple[Part, ...]:
    mark = min(16.0, box.h * 0.3)
    height = pen.height(BODY_STRONG)
    top = box.y + (box.h - mark - height - 3) / 2
    spot = Box(box.x + (box.w - mark) / 2, top, mark, mark)
    said = Box(box.x + 4, spot.bottom + 3, box.w - 8, height)
    return (
        Panel(box, Face.CARD),
        pen.mark(spot, Mark.WORKING),
        pen.text(said, words, BODY_STRONG, align=Align.CENTRE),
    )


def _way(pen: Pen, box: Box, way: Line | Button, face: Face) -> tuple[Part, ...]:
    """A card; only the one that can be touched has an arrow."""
    parts: list[Part] = [Panel(box, face)]
    badge = min(15.0, box.h - 2.4)
    parts.append(pen.badge(Box(box.x + 4, box.y + (box.h - badge) / 2, badge, badge), way.icon))
    text = Box(box.x + badge + 8, box.y, box.w - badge - 10, box.h)
    if isinstance(way, Button):
        parts.append(Target(box, way.intent))
        arrow = Box(box.right - 11, box.y + box.h / 2 - 3.2, 6.4, 6.4)
        parts.append(pen.icon(arrow, "right", "brand"))
        text = text.left_part(text.w - 11)
    return *parts, *pen.words_and_hint(text, way.words, way.hint, style=BODY_STRONG)
