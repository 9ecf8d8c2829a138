"""Borrowing and returning: left what the pad sees, right one row a book."""

from ui.drawings.baskets import basket
from ui.drawings.covers import cover
from ui.drawings.pad import pad_picture
from ui.page import Box, Layout
from ui.presenter.sheet import Basket, BasketPile, Look, Row, Sheet, StackBody, Tone
from ui.screens.frame import footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.listing import rows_that_fit, shown
from ui.screens.local import Local
from ui.screens.pen import (
    BODY,
    BODY_STRONG,
    COUNT,
    DISPLAY,
    HEADLINE,
    LABEL_STRONG,
    STATE,
    Pen,
    Style,
    flat,
)
from ui.screens.scene import (
    Align,
    Face,
    Group,
    Motion,
    Panel,
    Part,
    Picture,
    Scene,
    Weight,
)

LEFT_MM = {Layout.WIDE: 64.0, Layout.COMPACT: 32.0}
TALL_PAD_MM = 112.0
TALL_PILE_MM = 66.0
PILE_MM = 24.0
MARK_MM = 8.6
BASKET_FACES = {
    Basket.SHELF: Face.BASKET_SHELF,
    Basket.HOLD_SHELF: Face.BASKET_HOLD_SHELF,
    Basket.OTHER_POINT: Face.BASKET_OTHER_POINT,
    Basket.DESK: Face.BASKET_DESK,
}
ON_BASKET = "on_basket"


def stack_screen(pen: Pen, at: Grid, sheet: Sheet, body: StackBody, local: Local) -> Scene:
    """The picture leaves before the rows do."""
    left, right = _places(pen, at.content)
    groups = [sentence(pen, at, sheet.sentence)]
    if left is not None:
        groups.append(_left(pen, left, body))
    return (*groups, *_rows(pen, right, body, local), footer(pen, at, sheet))


def _places(pen: Pen, box: Box) -> tuple[Box | None, Box]:
    if pen.page.layout is Layout.TALL:
        if not pen.page.has_pictures:
            return None, box
        return box.top_part(TALL_PAD_MM), box.without_top(TALL_PAD_MM + 8)
    if not pen.page.has_pictures:
        return None, box
    width = LEFT_MM[pen.page.layout] * pen.page.scale
    return box.left_part(width), box.without_left(width + GAP)


def _left(pen: Pen, box: Box, body: StackBody) -> Group:
    parts: tuple[Part, ...] = (Panel(box, Face.CARD),)
    if body.piles:
        return Group("left", (*parts, *_piles(pen, box.inset(4), body.piles)))
    if not body.pad_works:
        return Group("left", (*parts, *_scan_here(pen, box, body)))
    if pen.page.layout is Layout.TALL:
        return Group("left", (*parts, *_tall_pad(pen, box, body)))
    return Group("left", (*parts, *_pad(pen, box, body)))


def _scan_here(pen: Pen, box: Box, body: StackBody) -> list[Part]:
    size = min(36.0, box.w * 0.6)
    look = Look.CARD if body.rows else Look.QUIET
    return [pen.badge(box.centred(size, size), "barcode", look)]


def _pad_picture(pen: Pen, box: Box, body: StackBody) -> list[Part]:
    theme = pen.page.theme
    if theme.art is None:
        return []
    drawing = pad_picture(body.pad, box.w, box.h, theme.colours, theme.art)
    return pen.sprites(box, drawing, amber=body.pad.waits)


def _pad(pen: Pen, box: Box, body: StackBody) -> list[Part]:
    """The pad, below it the large number with its words beside or beneath it."""
    beneath = box.w < 60 * pen.page.scale
    number, style = str(body.pad.count), HEADLINE if beneath else DISPLAY
    foot = pen.height(style) + (pen.height(SMALL_MEDIUM) - 1.6 if beneath else 0)
    inner = box.inset(1.2, 1.6)
    picture = inner.top_part(inner.h - foot)
    below = inner.bottom_part(foot)
    if beneath:
        return [
            *_pad_picture(pen, picture, body),
            pen.text(
                below.top_part(pen.height(style)), (number,), style, "brand", align=Align.CENTRE
            ),
            pen.text(
                below.bottom_part(pen.height(SMALL_MEDIUM)),
                body.count,
                SMALL_MEDIUM,
                align=Align.CENTRE,
            ),
        ]
    wide, words = pen.width(number, style), pen.width(body.count[0], BODY)
    x = below.x + (below.w - wide - words - 3.6) / 2
    return [
        *_pad_picture(pen, picture, body),
        pen.text(Box(x, below.y, wide + 0.5, below.h), (number,), style, "brand"),
        pen.text(Box(x + wide + 3.6, below.y + 1, words + 2, below.h), body.count, BODY_MEDIUM),
    ]


BODY_MEDIUM = Style("body", Weight.MEDIUM)
SMALL_MEDIUM = Style("small", Weight.MEDIUM)


def _tall_pad(pen: Pen, box: Box, body: StackBody) -> list[Part]:
    picture = Box(box.x + 6, box.y + 4, 104, box.h - 10)
    side = box.without_left(116).inset(4, 10)
    number = side.top_part(pen.height(COUNT))
    words = Box(side.x, number.bottom, side.w, pen.height(BODY))
    parts = [
        *_pad_picture(pen, picture, body),
        pen.text(number, (str(body.pad.count),), COUNT, "brand"),
        pen.text(words, body.count, BODY_MEDIUM),
    ]
    if body.tally:
        parts.append(Panel(Box(side.x, words.bottom + 5, side.w, 0.3), Face.RULE, 0))
    for i, line in enumerate(body.tally):
        spot = Box(side.x, words.bottom + 9 + 13 * i, side.w, 9)
        parts += pen.line(spot, line, mark_mm=7.6)
    return parts


def _piles(pen: Pen, box: Box, piles: tuple[BasketPile, ...]) -> list[Part]:
    tall = pen.page.layout is Layout.TALL
    if tall:
        box = box.centred(box.w, min(box.h, TALL_PILE_MM))
    else:
        box = box.centred(box.w, min(box.h, PILE_MM * len(piles)))
    spots = box.columns(max(2, len(piles)), GAP) if tall else box.rows(len(piles), 2)
    return list(
        flat(_pile(pen, spot, pile, tall=tall) for spot, pile in zip(spots, piles, strict=False))
    )


def _pile(pen: Pen, box: Box, pile: BasketPile, *, tall: bool) -> list[Part]:
    height = min(box.h * 0.55, 40.0) if tall else min(box.h, 20.4)
    width = height * 140 / 120
    if tall and width > box.w:
        width, height = box.w, box.w * 120 / 140
    if pen.page.layout is Layout.COMPACT:
        width, height = box.w * 0.42, box.w * 0.36
    spot = Box(box.x, box.y + (0 if tall else (box.h - height) / 2), width, height)
    text = box.without_top(height + 4).top_part(20) if tall else box.without_left(width + 2.6)
    drawing = Picture(spot, basket(pile.basket, pile.covers))
    if pen.page.layout is Layout.COMPACT:
        return [drawing, pen.text(text, pile.count, SMALL_MEDIUM)]
    return [drawing, *pen.words_and_hint(text, pile.words, pile.count, style=LABEL_STRONG)]


def _rows(pen: Pen, box: Box, body: StackBody, local: Local) -> Scene:
    if not body.rows:
        return (Group("empty", _empty(pen, box, body)),)
    tall = pen.page.layout is Layout.TALL
    least = 24.0 * max(1.0, pen.page.scale * 0.8) if tall else 11.2 * pen.page.scale + 2.4
    gap = GAP if tall else 1.6
    rows = in_order(body.rows, rows_that_fit(box.h, least, gap))
    here = shown(pen, box, rows, local.page, row=least, gap=gap)
    groups = [group for row, spot in here.rows for group in _row(pen, spot, row)]
    return (*groups, here.turner)


def in_order(rows: tuple[Row, ...], fit: int) -> tuple[Row, ...]:
    """As they lie; where not all are seen at once, those that need the reader come first."""
    if len(rows) <= fit:
        return rows
    return tuple(sorted(rows, key=lambda row: (not row.is_next, not row.needs_you)))


def _empty(pen: Pen, box: Box, body: StackBody) -> tuple[Part, ...]:
    icon = min(18.0, box.h * 0.3)
    words = Box(box.x + 4, box.y + box.h / 2 + 2, box.w - 8, pen.height(BODY, 2))
    spot = Box(box.x + (box.w - icon) / 2, words.y - icon - 3, icon, icon)
    shown_left = pen.page.has_pictures
    return (
        Panel(box, Face.SUNKEN if shown_left else Face.FIELD_NEXT),
        pen.icon(spot, "book", "brand_line"),
        pen.text(words, body.empty, BODY, Tone.SOFT, align=Align.CENTRE, lines=2),
    )


def _row(pen: Pen, box: Box, row: Row) -> tuple[Group, Group]:
    """The row, and its mark as a group of its own, so that it can grow when it changes."""
    parts: list[Part] = [Panel(box, Face.NEXT_ROW if row.is_next else Face.CARD)]
    mark = MARK_MM * min(1.5, pen.page.scale)
    left = _cover(pen, box, row)
    if left is None:
        spot = Box(box.x + 4, box.y + (box.h - mark) / 2, mark, mark)
        text = box.without_left(mark + 9).left_part(box.w - mark - 12)
    else:
        parts.append(left)
        spot = Box(box.right - mark - 3.4, box.y + (box.h - mark) / 2, mark, mark)
        text = Box(left.box.right + 3.6, box.y, spot.x - left.box.right - 6, box.h)
    if row.basket is not None and left is not None and pen.page.layout is not Layout.COMPACT:
        chip = _basket_chip(pen, box, row, row.basket)
        parts += chip
        text = Box(text.x, text.y, chip[0].box.x - text.x - 2, text.h)
        return Group(f"row/{row.key}", (*parts, *_words(pen, text, row)), Motion.SLIDE), _no_mark(
            row
        )
    group = Group(f"row/{row.key}", (*parts, *_words(pen, text, row)), Motion.SLIDE)
    sign = pen.mark(spot, row.mark, loud=row.is_next)
    return group, Group(f"mark/{row.key}", (sign,), Motion.GROW)


def _no_mark(row: Row) -> Group:
    return Group(f"mark/{row.key}", ())


def _cover(pen: Pen, box: Box, row: Row) -> Picture | None:
    """Pictures leave at the largest type and in high contrast."""
    if not pen.page.has_pictures:
        return None
    height = box.h - (1.8 if pen.page.layout is not Layout.TALL else 4.0)
    width = height * 60 / 80
    return Picture(Box(box.x + 1.8, box.y + (box.h - height) / 2, width, height), cover(row.cover))


def _words(pen: Pen, box: Box, row: Row) -> list[Part]:
    """Title and state; the state takes a second line before anything is cut."""
    upper, lower = pen.height(BODY_STRONG), pen.height(STATE)
    title, state = pen.two_lines(box, upper, lower)
    lines = 1
    if box.h >= upper + pen.height(STATE, 2) - 1:
        lines = 2
        if len(pen.fitted(row.words, state.w, STATE, 2).lines) == 2:
            title = Box(box.x, box.y + 0.4, box.w, upper)
            state = Box(box.x, title.bottom - 0.6, box.w, box.bottom - title.bottom)
    parts: list[Part] = [pen.text(title, row.title, BODY_STRONG, shortens=True)]
    if row.icon:
        icon = 4.8 * min(pen.page.scale, 1.3)
        parts.append(
            pen.icon(Box(state.x, state.y + (lower - icon) / 2, icon, icon), row.icon, "ink")
        )
        state = state.without_left(icon + 2)
    return [*parts, pen.text(state, row.words, STATE, row.tone, lines=lines)]


def _basket_chip(pen: Pen, box: Box, row: Row, kind: Basket) -> list[Panel | Picture | Part]:
    style = LABEL_STRONG
    width = max(25.0, pen.width(row.basket_word[0], style) + 8)
    height = min(11.0 * pen.page.scale, box.h - 2.4)
    spot = Box(box.right - width - 1.9, box.y + (box.h - height) / 2, width, height)
    words = pen.text(spot.inset(2, 0), row.basket_word, style, ON_BASKET, align=Align.CENTRE)
    return [Panel(spot, BASKET_FACES[kind], 3.4), words]
