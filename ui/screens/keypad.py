"""The keypad: a field, keys of at least 15 mm, *Tiếp tục* amber as soon as enough is typed."""

from ui.drawings.scenery import show_card
from ui.page import Box, Layout
from ui.presenter.sheet import KeypadBody, Look, Sheet, Tone, Typing
from ui.screens.frame import Way, footer, sentence
from ui.screens.grid import GAP, Grid
from ui.screens.local import Local
from ui.screens.pen import BODY_STRONG, HEADLINE, LABEL, STATE, TITLE, Pen, flat
from ui.screens.scene import (
    Align,
    Face,
    Group,
    LocalAct,
    LocalKind,
    Panel,
    Part,
    Scene,
    Target,
)

ENOUGH_DIGITS = 4
DIGITS_IN_A_GROUP = 4
ERASE, CLEAR = "erase", "clear"
HIGH = ("1", "2", "3", "4", "5", "6", "7", "8", "9", CLEAR, "0", ERASE)
FLAT = ("1", "2", "3", ERASE, "4", "5", "6", CLEAR, "7", "8", "9", "0")


def keypad_screen(pen: Pen, at: Grid, sheet: Sheet, body: KeypadBody, local: Local) -> Scene:
    """Three keys a row, four where the page is low."""
    field, keys, picture = _places(pen, at.content)
    ready = len(local.typed) >= ENOUGH_DIGITS
    groups = [
        sentence(pen, at, sheet.sentence),
        _field(pen, field, body, local, ready=ready),
        *_keys(pen, keys, body),
        footer(pen, at, sheet, (_confirm(body, ready=ready),)),
    ]
    art = pen.page.theme.art
    if picture is not None and art is not None:
        drawing = show_card(picture.w, picture.h, 0, False, art, pen.page.theme.colours)
        groups.append(Group("picture", tuple(pen.sprites(picture, drawing))))
    return tuple(groups)


def _places(pen: Pen, box: Box) -> tuple[Box, Box, Box | None]:
    match pen.page.layout:
        case Layout.WIDE:
            left = box.left_part(104)
            return left.top_part(22), box.without_left(104 + GAP), left.without_top(26)
        case Layout.COMPACT:
            left = box.left_part(box.w * 0.4)
            return (
                left.top_part(min(22 * pen.page.scale, box.h)),
                box.without_left(left.w + GAP),
                None,
            )
        case Layout.TALL:
            keys = 4 * 26 + 3 * GAP
            upper = box.top_part(box.h - keys - 8)
            field = upper.bottom_part(24)
            return field, box.bottom_part(keys), upper.top_part(upper.h - 32)


def _field(pen: Pen, box: Box, body: KeypadBody, local: Local, *, ready: bool) -> Group:
    """What was typed; a PIN as dots. While digits are missing the field is the next step."""
    face = Face.FIELD if ready or body.closed else Face.FIELD_NEXT
    inner = box.inset(5, 0)
    parts: list[Part] = [Panel(box, face)]
    if local.typed:
        typed = masked(local.typed, body.typing)
        style = HEADLINE if not pen.fitted((typed,), inner.w, HEADLINE).cut else TITLE
        if pen.fitted((typed,), inner.w, style).cut:
            style = BODY_STRONG
        parts.append(pen.text(inner, (typed,), style, shortens=True))
    else:
        parts.append(pen.text(inner, body.field, LABEL, Tone.SOFT))
    return Group("field", tuple(parts))


def masked(typed: str, typing: Typing) -> str:
    """Groups of four digits, or as many dots."""
    if typing is Typing.PIN:
        return " ".join("•" * len(typed))
    groups = range(0, len(typed), DIGITS_IN_A_GROUP)
    return "\u2009\u2009".join(typed[i : i + DIGITS_IN_A_GROUP] for i in groups)


def _keys(pen: Pen, box: Box, body: KeypadBody) -> Scene:
    low = pen.page.layout is Layout.COMPACT
    keys, columns = (FLAT, 4) if low else (HIGH, 3)
    gap = 2.6 if low else GAP
    rows = box.rows(len(keys) // columns, gap)
    spots = [spot for row in rows for spot in row.columns(columns, gap)]
    parts = [_key(pen, spot, name, body) for spot, name in zip(spots, keys, strict=True)]
    return (Group("keys", flat(parts)),)


def _key(pen: Pen, box: Box, name: str, body: KeypadBody) -> list[Part]:
    parts: list[Part] = [Panel(box, Face.QUIET)]
    if name == ERASE:
        parts.append(pen.icon(box.centred(8.4, 8.4), "backspace", "brand"))
        return [*parts, Target(box, LocalAct(LocalKind.ERASE), is_key=True)]
    if name == CLEAR:
        parts.append(pen.text(box.inset(1.5, 0), body.clear, STATE, "brand", align=Align.CENTRE))
        return [*parts, Target(box, LocalAct(LocalKind.CLEAR), is_key=True)]
    parts.append(pen.text(box, (name,), TITLE, align=Align.CENTRE))
    return [*parts, Target(box, LocalAct(LocalKind.TYPE, name), is_key=True)]


def _confirm(body: KeypadBody, *, ready: bool) -> Way:
    look = Look.NEXT if ready and not body.closed else Look.QUIET
    return Way(body.confirm, look, "right", LocalAct(LocalKind.CONFIRM))
