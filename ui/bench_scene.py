"""The bench panel's picture: what lies on the pad, the shelf, the cards, what can go wrong."""

from collections.abc import Sequence

from msgspec import Struct

from kiosk.bench_link import DeviceState, ItemState, State
from ui.drawings.card import flat_card
from ui.drawings.covers import cover
from ui.page import Box
from ui.presenter.catalogue import Catalogue, Message, Words, vi, vi_n
from ui.presenter.sheet import Tone
from ui.screens.listing import shown
from ui.screens.pen import BODY_STRONG, CAPTION, LABEL_STRONG, SMALL, Pen, Style, flat
from ui.screens.scene import (
    Align,
    Face,
    Group,
    LocalAct,
    LocalKind,
    Panel,
    Part,
    Picture,
    Scene,
    Target,
    Weight,
)

MARGIN = 5.0
GAP = 3.0
PAD_HEIGHT = 40.0
ON_PAD_COLUMNS = 6
ROW_HEIGHT = 14.0
BUTTON_HEIGHT = 13.0
CARDS_IN_A_ROW = 3
MOST_CARDS = 6
ON_PAD = "on_basket"
SMALL_STRONG = Style("small", Weight.SEMIBOLD)


class Bench(Struct, frozen=True):
    """What the panel shows: the bench's last word, or that it is gone."""

    state: State | None = None
    trouble: str = ""


def bench_scene(pen: Pen, words: Catalogue, bench: Bench, page: int) -> Scene:
    """From top to bottom: pad, shelf, cards, faults."""
    place = Box(0, 0, pen.page.w, pen.page.h).inset(MARGIN, 4)
    if bench.state is None:
        said = words.say(vi("Chưa thấy bàn mô phỏng. Bạn chạy lại make demo nhé."))
        return (Group("gone", (pen.text(place, said, BODY_STRONG, lines=3),)),)
    items = bench.state.items
    cards = [item for item in items if item.item.kind == "card" and item.pad is None]
    books = [item for item in items if item.item.kind == "book" and item.pad is None]
    lying = [item for item in items if item.pad is not None]
    card_rows = -(-min(len(cards), MOST_CARDS) // CARDS_IN_A_ROW)
    low = (2 * _heading_height(pen)) + (card_rows + 1) * (BUTTON_HEIGHT + GAP)
    upper = place.top_part(_heading_height(pen) + PAD_HEIGHT)
    lower = place.bottom_part(low)
    shelf = Box(place.x, upper.bottom + GAP, place.w, lower.y - upper.bottom - 2 * GAP)
    return (
        _pad(pen, upper, words, lying),
        *_shelf(pen, shelf, words, books, page),
        *_cards(pen, lower, words, cards[:MOST_CARDS], card_rows),
        _faults(pen, lower, words, bench.state.devices),
    )


def _heading_height(pen: Pen) -> float:
    return pen.height(LABEL_STRONG)


def _heading(pen: Pen, box: Box, words: Catalogue, name: Message, hint: Message) -> list[Part]:
    place = box.top_part(_heading_height(pen))
    title = words.say(name)
    rest = place.without_left(pen.width(title[0], LABEL_STRONG) + 3)
    return [
        pen.text(place, title, LABEL_STRONG),
        pen.text(rest, words.say(hint), SMALL, Tone.SOFT),
    ]


def _pad(pen: Pen, box: Box, words: Catalogue, lying: Sequence[ItemState]) -> Group:
    parts = _heading(pen, box, words, vi("Khay mô phỏng"), vi("chạm để nhấc lên"))
    pad = box.bottom_part(PAD_HEIGHT)
    parts.append(Panel(pad, Face.PAD))
    inner = pad.inset(3, 2.4)
    spots = [
        spot for row in inner.top_part(29).rows(2, 1) for spot in row.columns(ON_PAD_COLUMNS, 2)
    ]
    for spot, item in zip(spots, lying, strict=False):
        parts += _lying(pen, spot, item)
    count = words.count(vi_n("{n} nhãn trên khay"), len(lying))
    parts.append(pen.text(inner.bottom_part(pen.height(SMALL)), count, SMALL, ON_PAD))
    return Group("pad", tuple(parts))


def _lying(pen: Pen, box: Box, item: ItemState) -> list[Part]:
    height = box.h - 4.2
    width = min(box.w, height * (0.75 if item.item.kind == "book" else 1.5))
    spot = Box(box.x + (box.w - width) / 2, box.y, width, min(height, width / 0.75))
    drawing = cover(_seed(item)) if item.item.kind == "book" else flat_card()
    if item.item.kind == "card":
        spot = Box(spot.x, box.y, width, width * 92 / 140)
    name = Box(box.x - 1, box.bottom - 4.4, box.w + 2, 4.4)
    caption = pen.text(name, (item.item.name,), CAPTION, ON_PAD, align=Align.CENTRE, shortens=True)
    return [Picture(spot, drawing), caption, Target(box, LocalAct(LocalKind.LIFT, item.item.name))]


def _seed(item: ItemState) -> str:
    return item.item.title or item.item.name


def _shelf(
    pen: Pen, box: Box, words: Catalogue, books: Sequence[ItemState], page: int
) -> tuple[Group, ...]:
    heading = _heading(pen, box, words, vi("Giá sách"), vi("chạm để đặt lên khay"))
    place = box.without_top(_heading_height(pen))
    pairs = [tuple(books[i : i + 2]) for i in range(0, len(books), 2)]
    here = shown(pen, place, pairs, page, row=ROW_HEIGHT, gap=1.6)
    parts = [
        _book(pen, spot, book)
        for pair, row in here.rows
        for book, spot in zip(pair, row.columns(2, GAP), strict=False)
    ]
    return Group("shelf", (*heading, *flat(parts))), here.turner


def _book(pen: Pen, box: Box, item: ItemState) -> list[Part]:
    """Tagged books are laid down, the others held before the scanner."""
    height = box.h - 1.4
    picture = Box(box.x + 1, box.y + 0.7, height * 0.75, height)
    text = Box(picture.right + 2, box.y, box.right - picture.right - 3, box.h)
    title, name = (item.item.title or item.item.name,), (_shelf_name(item),)
    upper, lower = pen.two_lines(text, pen.height(SMALL_STRONG), pen.height(CAPTION))
    return [
        Panel(box, Face.CARD, 3),
        Target(box, _put(item), radius=3),
        Picture(picture, cover(_seed(item))),
        pen.text(upper, title, SMALL_STRONG, shortens=True),
        pen.text(lower, name, CAPTION, Tone.SOFT, shortens=True),
    ]


def _shelf_name(item: ItemState) -> str:
    return item.item.name if item.item.tag is not None else f"{item.item.name} ▮▯▮"


def _put(item: ItemState) -> LocalAct:
    if item.item.tag is None and item.item.barcode:
        return LocalAct(LocalKind.SCAN, item.item.barcode)
    return LocalAct(LocalKind.LAY, item.item.name)


def _cards(
    pen: Pen, box: Box, words: Catalogue, cards: Sequence[ItemState], rows: int
) -> tuple[Group, ...]:
    if not cards:
        return ()
    parts = _heading(pen, box, words, vi("Thẻ"), vi("chạm để đưa vào"))
    place = box.without_top(_heading_height(pen))
    grid = place.top_part(rows * (BUTTON_HEIGHT + GAP) - GAP).rows(rows, GAP)
    spots = [spot for row in grid for spot in row.columns(CARDS_IN_A_ROW, GAP)]
    for spot, card in zip(spots, cards, strict=False):
        parts += _labelled(pen, spot, (_seed(card),), card.item.name, "card", Face.QUIET)
        parts.append(Target(spot, _put(card)))
    return (Group("cards", tuple(parts)),)


def _faults(pen: Pen, box: Box, words: Catalogue, devices: Sequence[DeviceState]) -> Group:
    place = box.bottom_part(_heading_height(pen) + BUTTON_HEIGHT)
    parts = _heading(pen, place, words, vi("Sự cố"), vi("chạm lần nữa để sửa lại"))
    spots = place.bottom_part(BUTTON_HEIGHT).columns(max(2, len(devices)), GAP)
    for spot, device in zip(spots, devices, strict=False):
        kind = LocalKind.UNPLUG if device.plugged else LocalKind.PLUG
        face = Face.QUIET if device.plugged else Face.NEXT_ROW
        parts += _labelled(pen, spot, _fault(words, device), device.name, "plug", face)
        parts.append(Target(spot, LocalAct(kind, device.name)))
    return Group("faults", tuple(parts))


def _labelled(pen: Pen, box: Box, words: Words, caption: str, icon: str, face: Face) -> list[Part]:
    """An icon, words and a caption on a surface."""
    spot = Box(box.x + 3, box.y + (box.h - 6) / 2, 6, 6)
    text = box.without_left(11.5).left_part(box.w - 13)
    upper, lower = pen.two_lines(text, pen.height(SMALL_STRONG), pen.height(CAPTION))
    return [
        Panel(box, face),
        pen.icon(spot, icon, "brand"),
        pen.text(upper, words, SMALL_STRONG, shortens=True),
        pen.text(lower, (caption,), CAPTION, Tone.SOFT, shortens=True),
    ]


def _fault(words: Catalogue, device: DeviceState) -> Words:
    out = vi("Rút khay") if device.kind == "pad" else vi("Rút đầu đọc")
    back = vi("Cắm lại khay") if device.kind == "pad" else vi("Cắm lại đầu đọc")
    return words.say(out if device.plugged else back)
