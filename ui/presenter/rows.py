"""One item line as a row: words, tone, mark."""

from datetime import date

from msgspec import Struct

from kiosk.views import Destination, ItemLine, LineState, Trouble
from ui.presenter import refusals, troubles
from ui.presenter.catalogue import Catalogue, Message, Words, vi
from ui.presenter.dates import short_date, weekday
from ui.presenter.sheet import Basket, Mark, Row, Tone

BASKETS = {
    Destination.SHELF: Basket.SHELF,
    Destination.HOLD_SHELF: Basket.HOLD_SHELF,
    Destination.OTHER_POINT: Basket.OTHER_POINT,
    Destination.DESK: Basket.DESK,
}
BASKET_WORDS = {
    Basket.SHELF: vi("Giá sách"),
    Basket.HOLD_SHELF: vi("Bạn khác đặt|Đặt mượn"),
    Basket.OTHER_POINT: vi("Nơi khác"),
    Basket.DESK: vi("Quầy thủ thư|Quầy"),
}
BASKET_ICONS = {
    Basket.SHELF: "shelf",
    Basket.HOLD_SHELF: "bookmark",
    Basket.OTHER_POINT: "branch",
    Basket.DESK: "hand",
}
WHERE_TO = {
    Basket.SHELF: vi("Về giá sách"),
    Basket.HOLD_SHELF: vi("Một bạn khác đang chờ cuốn này|Bạn khác đang chờ"),
    Basket.OTHER_POINT: vi("Về thư viện của sách|Về nơi khác"),
    Basket.DESK: vi("Bạn đưa cuốn này cho thủ thư nhé|Đưa thủ thư giúp nhé"),
}
WHERE_TO_BY_NAME = {
    Basket.SHELF: vi("Về giá sách, {place}|Về giá {place}|Về giá sách"),
    Basket.OTHER_POINT: vi("Về {place}|Về nơi khác"),
}


class StateLook(Struct, frozen=True):
    """How a state looks, and what it says while books are lent (`lend`) or returned (`give`)."""

    mark: Mark
    tone: Tone
    lend: Message
    give: Message


READING = vi("Đang đọc nhãn sách…|Đang đọc nhãn…")
ASKING = vi("Đang hỏi thư viện…")
ON_ITS_WAY = vi("Đang ghi, bạn để yên trên khay nhé|Bạn để yên trên khay nhé|Để yên trên khay")
PUT_BACK = vi(
    "Chưa ghi xong, bạn đặt lại lên khay nhé|Bạn đặt lại lên khay nhé|Bạn đặt lại lên khay"
)
LAY_DOWN = vi("Sách có nhãn, bạn đặt lên khay nhé|Bạn đặt lên khay nhé")
LENT_TAG_OPEN = vi("Đã mượn, đang ghi nhãn: bạn để yên nhé|Đã mượn, bạn để yên nhé")
LENT_TAG_AWAY = vi("Đã mượn, bạn đặt lại để ghi nhãn nhé|Đã mượn, bạn đặt lại nhé")
GIVEN_TAG_OPEN = vi("Đã trả, đang ghi nhãn: bạn để yên nhé|Đã trả, bạn để yên nhé")
GIVEN_TAG_AWAY = vi("Đã trả, bạn đặt lại để ghi nhãn nhé|Đã trả, bạn đặt lại nhé")

LOOKS = {
    LineState.SEEN: StateLook(Mark.WORKING, Tone.BRAND, READING, READING),
    LineState.RECOGNISED: StateLook(
        Mark.WORKING, Tone.BRAND, vi("Máy đã thấy cuốn này"), vi("Máy đã thấy cuốn này")
    ),
    LineState.ASKING: StateLook(Mark.WORKING, Tone.BRAND, ASKING, ASKING),
    LineState.RELEASING: StateLook(Mark.WORKING, Tone.BRAND, ON_ITS_WAY, ON_ITS_WAY),
    LineState.SECURING: StateLook(Mark.WORKING, Tone.BRAND, ON_ITS_WAY, ON_ITS_WAY),
    LineState.DONE: StateLook(Mark.DONE, Tone.GOOD, vi("Đã ghi mượn"), vi("Đã nhận lại")),
    LineState.DONE_TAG_OPEN: StateLook(Mark.NEEDS_HAND, Tone.WARN, LENT_TAG_OPEN, GIVEN_TAG_OPEN),
    LineState.PUT_BACK: StateLook(Mark.NEEDS_HAND, Tone.WARN, PUT_BACK, PUT_BACK),
    LineState.LAY_ON_PAD: StateLook(Mark.NEEDS_HAND, Tone.WARN, LAY_DOWN, LAY_DOWN),
    LineState.PART_MISSING: StateLook(
        Mark.PART_MISSING,
        Tone.WARN,
        vi("Bộ còn thiếu tập, bạn tìm nhé|Còn thiếu tập"),
        vi("Bộ còn thiếu tập, bạn tìm nhé|Còn thiếu tập"),
    ),
    LineState.REFUSED: StateLook(Mark.REFUSED, Tone.BAD, refusals.ASK_STAFF, refusals.ASK_STAFF),
    LineState.TROUBLE: StateLook(
        Mark.REFUSED,
        Tone.BAD,
        troubles.IN_A_ROW[Trouble.STAFF_WILL_HELP],
        troubles.IN_A_ROW[Trouble.STAFF_WILL_HELP],
    ),
}
NEEDS_THE_READER = frozenset(
    {
        LineState.DONE_TAG_OPEN,
        LineState.PUT_BACK,
        LineState.LAY_ON_PAD,
        LineState.PART_MISSING,
        LineState.REFUSED,
        LineState.TROUBLE,
    }
)


def row(words: Catalogue, line: ItemLine, *, lending: bool, next_key: str | None) -> Row:
    """The row of one item."""
    look = LOOKS[line.state]
    mark, tone = _mark_and_tone(line, look)
    basket = _basket(line, lending=lending)
    return Row(
        key=line.key,
        title=title_of(words, line),
        words=_state_words(words, line, look, lending=lending),
        tone=Tone.INK if basket is not None else tone,
        mark=mark,
        cover=cover_of(line),
        is_next=line.key == next_key,
        needs_you=line.state in NEEDS_THE_READER,
        icon=BASKET_ICONS[basket] if basket is not None else "",
        basket=basket,
        basket_word=words.say(BASKET_WORDS[basket]) if basket is not None else (),
    )


def title_of(words: Catalogue, line: ItemLine) -> Words:
    """The title; before it is known, the accession number or what the thing is."""
    if line.title is None:
        return (line.accession,) if line.accession else words.say(vi("Cuốn vừa đặt"))
    if line.parts > 1:
        return words.say(vi("{title} (bộ {n} tập)|{title}"), title=line.title, n=line.parts)
    return (line.title,)


def cover_of(line: ItemLine) -> str:
    """What the cover is drawn from: the same title always has the same cloth."""
    return line.title or line.accession or line.key


def _mark_and_tone(line: ItemLine, look: StateLook) -> tuple[Mark, Tone]:
    if line.trouble is Trouble.KEPT_FOR_LATER:
        return Mark.DONE, Tone.GOOD
    if line.trouble is Trouble.PATRON_CARD or line.trouble in troubles.THE_READER_CAN_MEND:
        return Mark.NEEDS_HAND, Tone.WARN
    return look.mark, look.tone


def _basket(line: ItemLine, *, lending: bool) -> Basket | None:
    if lending or line.state is not LineState.DONE or line.destination is None:
        return None
    return BASKETS[line.destination]


def _state_words(words: Catalogue, line: ItemLine, look: StateLook, *, lending: bool) -> Words:
    match line.state:
        case LineState.DONE if lending and line.due is not None:
            return _yours_until(words, line.due, already=line.already_yours)
        case LineState.DONE if not lending and line.destination is not None:
            return _where_to(words, BASKETS[line.destination], line.place)
        case LineState.DONE_TAG_OPEN if not line.on_pad:
            return words.say(LENT_TAG_AWAY if lending else GIVEN_TAG_AWAY)
        case LineState.PART_MISSING if line.parts_missing:
            return _missing_parts(words, line)
        case LineState.REFUSED if line.refusal is not None:
            return words.say(refusals.IN_A_ROW[line.refusal])
        case LineState.TROUBLE if line.trouble is not None:
            return words.say(troubles.IN_A_ROW[line.trouble])
        case _:
            return words.say(look.lend if lending else look.give)


def _yours_until(words: Catalogue, due: date, *, already: bool) -> Words:
    values = {"weekday": weekday(words, due), "date": short_date(words, due)}
    if already:
        return words.say(vi("Bạn đang mượn, hạn trả {date}|Hạn trả {date}"), **values)
    return words.say(
        vi("Của bạn đến {weekday}, {date}|Của bạn đến {date}|Hạn trả {date}"), **values
    )


def _where_to(words: Catalogue, basket: Basket, place: str) -> Words:
    if place and basket in WHERE_TO_BY_NAME:
        return words.say(WHERE_TO_BY_NAME[basket], place=place)
    return words.say(WHERE_TO[basket])


def _missing_parts(words: Catalogue, line: ItemLine) -> Words:
    return words.say(
        vi(
            "Mới thấy tập {seen}, bạn tìm tập {missing} nhé"
            "|Bạn tìm tập {missing} nhé|Còn thiếu tập {missing}"
        ),
        seen=_parts(words, line.parts_seen),
        missing=_parts(words, line.parts_missing),
    )


def _parts(words: Catalogue, parts: tuple[int, ...]) -> str:
    """`2`, `1 và 3`, `1–3, 5 và 7`."""
    *first, last = [_run(run) for run in _runs(parts)] or [""]
    if not first:
        return last
    return words.short(vi("{first} và {last}"), first=", ".join(first), last=last)


def _runs(parts: tuple[int, ...]) -> list[list[int]]:
    runs: list[list[int]] = []
    for part in sorted(parts):
        if runs and part == runs[-1][-1] + 1:
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _run(run: list[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}"
