"""The start screen: greeting over the drawing, tiles, languages."""

from ui.drawings.scenery import welcome
from ui.page import Box, Layout
from ui.presenter.catalogue import Words
from ui.presenter.sheet import Button, Look, Sheet, StartBody, Tone
from ui.screens.frame import footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.local import Local
from ui.screens.pen import (
    BODY_STRONG,
    DISPLAY,
    HERO,
    LABEL,
    LEAD,
    SMALL,
    STATE,
    TITLE,
    Pen,
    Style,
    flat,
)
from ui.screens.scene import Face, Group, Panel, Part, Scene, Target

TILE_FACES = {Look.NEXT: Face.TILE_NEXT, Look.BRAND: Face.TILE_BRAND, Look.CARD: Face.CARD}
TILE_COLOURS = {
    Look.NEXT: ("accent_ink", "accent_ink"),
    Look.BRAND: ("brand_ink", "brand_ink"),
    Look.CARD: ("ink", "ink_soft"),
}


def start_screen(pen: Pen, at: Grid, sheet: Sheet, body: StartBody, _local: Local) -> Scene:
    """Wide: drawing left, tiles right. Compact: tiles only. Tall: drawing on top."""
    match pen.page.layout:
        case Layout.COMPACT:
            return (*_compact(pen, at, body), _bottom(pen, at, sheet, body))
        case Layout.WIDE:
            place = at.open_content
            picture, tiles = place.left_part(104), place.without_left(104 + GAP)
        case Layout.TALL:
            place = at.open_content
            picture = place.top_part(place.h - 120)
            tiles = place.without_top(picture.h + 8)
    explained = len(body.tiles) < 2 and bool(body.notice)
    groups = [_greeting(pen, picture, body, notice=not explained)]
    if explained:
        groups.append(_explained(pen, tiles.rows(2, GAP)[1], body.notice))
    return (*groups, *_tiles(pen, tiles, body.tiles), _bottom(pen, at, sheet, body))


def _explained(pen: Pen, box: Box, words: Words) -> Group:
    """Where a tile is missing its place says why."""
    inner = box.inset(5, 4)
    badge = pen.badge(Box(inner.x, inner.y, 11.6, 11.6), "bell")
    text = inner.without_top(14)
    said = pen.text(text, words, BODY_STRONG, Tone.WARN, lines=3)
    return Group("explained", (Panel(box, Face.SUNKEN), badge, said))


def _compact(pen: Pen, at: Grid, body: StartBody) -> Scene:
    said = sentence(pen, at, body.notice or body.hint)
    boxes = at.content.columns(max(1, len(body.tiles)), GAP)
    return said, *(_tile(pen, *pair) for pair in zip(boxes, body.tiles, strict=False))


def _greeting(pen: Pen, box: Box, body: StartBody, *, notice: bool) -> Group:
    parts: list[Part] = []
    inner = box.inset(6.2, 4.4)
    art = pen.page.theme.art
    if art is None:
        parts.append(Panel(box, Face.CARD))
    else:
        parts += pen.sprites(box, welcome(box.w, box.h, art, pen.page.theme.colours))
    style = HERO if pen.page.layout is Layout.TALL and pen.page.scale == 1 else DISPLAY
    greeting = inner.top_part(pen.height(style))
    hint_style = TITLE if pen.page.layout is Layout.TALL else BODY_MEDIUM
    hint = Box(inner.x, greeting.bottom - 0.6, inner.w, pen.height(hint_style))
    parts += [pen.text(greeting, body.greeting, style), pen.text(hint, body.hint, hint_style)]
    if body.notice and notice:
        parts += _notice(pen, box, body.notice)
    return Group("greeting", tuple(parts))


BODY_MEDIUM = Style("body", STATE.weight)


def _notice(pen: Pen, picture: Box, words: Words) -> list[Part]:
    """A quiet pill at the foot of the drawing: what does not work now."""
    box = picture.inset(4, 3.4).bottom_part(max(11, pen.height(STATE) + 2))
    icon = Box(box.x + 4, box.y + box.h / 2 - 2.8, 5.6, 5.6)
    words_box = box.without_left(13).inset(0, 0).left_part(box.w - 17)
    return [
        Panel(box, Face.PILL, 4),
        pen.icon(icon, "bell", "warn"),
        pen.text(words_box, words, STATE, Tone.WARN),
    ]


def _tiles(pen: Pen, box: Box, tiles: tuple[Button, ...]) -> Scene:
    gap = 8.0 if pen.page.layout is Layout.TALL else GAP
    return tuple(
        _tile(pen, spot, tile)
        for spot, tile in zip(_spots(box, len(tiles), gap), tiles, strict=True)
    )


def _spots(box: Box, n: int, gap: float) -> list[Box]:
    """Two beside each other and the third below; fewer tiles take the width of a row."""
    upper, lower = box.rows(2, gap)
    return [*upper.columns(2, gap), lower] if n > 2 else [upper, lower][:n]


def _tile(pen: Pen, box: Box, tile: Button) -> Group:
    name, hint = TILE_COLOURS[tile.look]
    inner = box.inset(4.2, 4.0)
    style = TITLE if pen.page.layout is Layout.TALL or box.w > 80 else LEAD
    hint_style = LABEL if style is TITLE else SMALL
    parts: list[Part] = [Panel(box, TILE_FACES[tile.look]), Target(box, tile.intent)]
    lines = 1 if not pen.fitted(tile.words, inner.w, style).cut else 2
    if pen.fitted(tile.words[:1], inner.w, style).cut:
        lines = 2
    name_height, hint_height = pen.height(style, lines), pen.height(hint_style)
    badge = min(11.6 * min(pen.page.scale, 1.3), inner.h - name_height - hint_height)
    words = inner.bottom_part(name_height + hint_height)
    if badge >= 8:
        parts.append(pen.badge(Box(inner.x, inner.y, badge, badge), tile.icon, tile.look))
    elif lines == 2:
        words = inner.bottom_part(name_height)
        hint_height = 0
    parts.append(pen.text(words.top_part(name_height), tile.words, style, name, lines=lines))
    if hint_height:
        parts.append(pen.text(words.bottom_part(hint_height), tile.hint, hint_style, hint))
    return Group(f"tile/{tile.icon}", tuple(parts))


def _bottom(pen: Pen, at: Grid, sheet: Sheet, body: StartBody) -> Group:
    """Languages left, help right. Where letters are large only the other language is offered."""
    group = footer(pen, at, sheet)
    offered = [
        language for language in body.languages if pen.page.scale == 1 or not language.chosen
    ]
    parts: list[list[Part]] = []
    x = at.footer.x
    for language in offered:
        width = pen.width(language.name, BODY_MEDIUM) + 9
        box = Box(x, at.footer.y + (at.footer.h - 15) / 2, width, 15)
        face, colour = (Face.BRAND, "brand_ink") if language.chosen else (Face.QUIET, "ink")
        said = pen.text(box.inset(4, 0), (language.name,), BODY_MEDIUM, colour)
        parts.append([Panel(box, face), Target(box, language.intent), said])
        x += width + GAP
    return Group("footer", (*flat(parts), *group.parts))
