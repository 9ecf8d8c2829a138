"""Farewell: what was done, the receipt, what must not be forgotten."""

from kiosk.intents import ShowReceipt, TakeReceipt
from kiosk.views import FarewellView, ItemLine, LineState, ReceiptState, RefusalCode
from ui.presenter.buttons import finish
from ui.presenter.catalogue import Catalogue, Words, vi, vi_n
from ui.presenter.dates import short_date, weekday
from ui.presenter.sheet import Button, FarewellBody, Header, Line, Look, Mark, Sheet


def farewell(words: Catalogue, header: Header, view: FarewellView) -> Sheet:
    """The lines tell the truth about every book, also about those that did not work out."""
    body = FarewellBody(
        greeting=words.say(vi("Cảm ơn bạn!")),
        lines=_lines(words, view),
        question=_question(words, view),
        choices=_choices(words, view),
        reminder=_reminder(words, view),
        card_left=view.card_on_pad,
        countdown=words.count(
            vi_n("Tự về màn hình đầu sau {n} giây|Tự đóng sau {n} giây|{n} giây"),
            view.seconds_left,
        ),
        seconds=view.seconds_left,
        receipt=view.receipt or (),
    )
    return Sheet(header, (), body, (), (finish(words, is_next=True),))


def _lines(words: Catalogue, view: FarewellView) -> tuple[Line, ...]:
    lines = [_lent(words, view)] if view.lent else []
    if view.returned:
        lines.append(
            Line(
                Mark.DONE,
                words.count(vi_n("Đã nhận lại {n} cuốn"), len(view.returned)),
                words.say(vi("Cảm ơn bạn đã trả sách")),
            )
        )
    lines += _unfinished(words, view.unfinished)
    return tuple(lines) or (
        Line(
            Mark.DONE, words.say(vi("Chưa có cuốn nào được ghi")), words.say(vi("Hẹn gặp lại bạn"))
        ),
    )


def _lent(words: Catalogue, view: FarewellView) -> Line:
    text = words.count(vi_n("Đã mượn {n} cuốn"), len(view.lent))
    if view.latest_due is None:
        return Line(Mark.DONE, text)
    due = words.say(
        vi("Bạn trả trước {weekday}, {date} nhé|Bạn trả trước {date} nhé|Trả trước {date}"),
        weekday=weekday(words, view.latest_due),
        date=short_date(words, view.latest_due),
    )
    return Line(Mark.DONE, text, due)


def _unfinished(words: Catalogue, lines: tuple[ItemLine, ...]) -> list[Line]:
    kinds = (
        (
            [line for line in lines if _held(line)],
            Mark.RESERVED,
            vi_n("{n} cuốn bạn khác đặt"),
            vi("Bạn đưa cuốn này cho thủ thư giúp nhé|Bạn đưa cho thủ thư nhé"),
        ),
        (
            [line for line in lines if line.state is LineState.DONE_TAG_OPEN],
            Mark.NEEDS_HAND,
            vi_n("{n} cuốn chưa ghi xong nhãn|{n} cuốn chưa ghi nhãn"),
            vi("Bạn đưa cho thủ thư trước khi ra cổng nhé|Bạn đưa cho thủ thư nhé"),
        ),
        (
            [line for line in lines if not _held(line) and line.state != LineState.DONE_TAG_OPEN],
            Mark.PART_MISSING,
            vi_n("{n} cuốn chưa được ghi"),
            vi("Bạn để lại cho thủ thư giúp nhé|Bạn đưa cho thủ thư nhé"),
        ),
    )
    return [
        Line(mark, words.count(text, len(some)), words.say(hint))
        for some, mark, text, hint in kinds
        if some
    ]


ON_PAPER = vi("In biên nhận|In ra giấy"), "paper"
AS_A_FILE = vi("Lưu biên nhận|Lưu lại"), "down"

OF_THE_RECEIPT = {
    ReceiptState.SAVED: vi("Máy đã lưu biên nhận"),
    ReceiptState.PRINTING: vi("Máy đang in biên nhận"),
    ReceiptState.PRINTED: vi("Bạn nhớ lấy biên nhận nhé"),
    ReceiptState.NOT_PRINTED: vi("Máy chưa in được, biên nhận ở trên màn hình|Máy chưa in được"),
}


def _held(line: ItemLine) -> bool:
    return line.refusal is RefusalCode.HELD_FOR_ANOTHER


def _question(words: Catalogue, view: FarewellView) -> Words:
    if not (view.lent or view.returned):
        return ()
    return words.say(vi("Bạn có cần biên nhận không?|Bạn cần biên nhận không?"))


def _choices(words: Catalogue, view: FarewellView) -> tuple[Button, ...]:
    if not (view.lent or view.returned):
        return ()
    show = Button(words.say(vi("Xem biên nhận|Biên nhận")), ShowReceipt(), Look.CARD, "paper")
    shown = () if view.receipt else (show,)
    if view.receipt_state is not ReceiptState.NOT_WANTED:
        return shown
    text, icon = ON_PAPER if view.printer else AS_A_FILE
    return (*shown, Button(words.say(text), TakeReceipt(), Look.CARD, icon))


def _reminder(words: Catalogue, view: FarewellView) -> Words:
    if view.card_on_pad:
        return words.say(vi("Bạn nhớ lấy thẻ trên khay nhé|Bạn nhớ lấy thẻ nhé"))
    if view.receipt_state in OF_THE_RECEIPT:
        return words.say(OF_THE_RECEIPT[view.receipt_state])
    if view.books_on_pad and not view.lent:
        return words.say(vi("Bạn bỏ sách trên khay vào giỏ nhé|Bỏ sách vào giỏ nhé"))
    if view.books_on_pad:
        return words.count(
            vi_n("Bạn nhớ lấy {n} cuốn trên khay nhé|Nhớ lấy {n} cuốn trên khay"),
            view.books_on_pad,
        )
    return ()
