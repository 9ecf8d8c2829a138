"""Lists that may be longer than the page: how many rows fit, and two buttons to turn the page."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from ui.page import Box
from ui.presenter.sheet import Tone
from ui.screens.pen import LABEL, Pen
from ui.screens.scene import Act, Align, Face, Group, LocalAct, LocalKind, Panel, Part, Target

PAGE_BUTTON = 15.0
COLUMN_GAP = 4.0


Item = TypeVar("Item")


class Shown(Struct, Generic[Item], frozen=True):
    """The rows of the present page with their boxes, and the page buttons if they are needed."""

    rows: tuple[tuple[Item, Box], ...]
    turner: Group


def rows_that_fit(height: float, row: float, gap: float) -> int:
    """How many rows of at least this height stand above each other; at least one."""
    return max(1, int((height + gap) / (row + gap) + 1e-6))


def shown(
    pen: Pen, box: Box, items: Sequence[Item], page: int, *, row: float, gap: float
) -> Shown[Item]:
    """The page's share of the items. A page number past the end shows the last page."""
    fit = rows_that_fit(box.h, row, gap)
    if len(items) <= fit:
        return Shown(tuple(zip(items, box.rows(fit, gap), strict=False)), Group("turner", ()))
    last = (len(items) - 1) // fit
    first = min(page, last) * fit
    here = items[first : first + fit]
    lines = box.left_part(box.w - PAGE_BUTTON - COLUMN_GAP)
    turner = _turner(pen, box.right_part(PAGE_BUTTON), first, len(here), len(items))
    return Shown(tuple(zip(here, lines.rows(fit, gap), strict=False)), turner)


def _turner(pen: Pen, box: Box, first: int, here: int, total: int) -> Group:
    """Up, where we are, down; a button that leads nowhere is not drawn."""
    height = max(PAGE_BUTTON, min(PAGE_BUTTON * pen.page.scale * 0.9, box.h * 0.36))
    parts: list[Part] = []
    if first > 0:
        parts += _key(pen, box.top_part(height), "chup", LocalAct(LocalKind.PAGE_UP))
    if first + here < total:
        parts += _key(pen, box.bottom_part(height), "chdown", LocalAct(LocalKind.PAGE_DOWN))
    between = Box(box.x - 1, box.y + height, box.w + 2, box.h - 2 * height)
    told = between.centred(between.w, 12 * pen.page.scale)
    if told.h <= between.h:
        where = f"{first + 1}–{first + here}", f"/ {total}"
        for spot, text in zip(told.rows(2, 0), where, strict=True):
            parts.append(pen.text(spot, (text,), LABEL, Tone.SOFT, align=Align.CENTRE))
    return Group("turner", tuple(parts))


def _key(pen: Pen, box: Box, icon: str, act: Act) -> list[Part]:
    return [
        Panel(box, Face.QUIET),
        Target(box, act),
        pen.icon(box.centred(6.4, 6.4), icon, "brand"),
    ]
