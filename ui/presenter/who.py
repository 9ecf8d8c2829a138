"""Who are you: show the card, or type its number, then the PIN where it is needed."""

from kiosk.intents import ChooseReturn, ChooseTyping
from kiosk.views import RefusalCode, WhoFor, WhoStep, WhoView
from ui.presenter import refusals
from ui.presenter.buttons import ask_help, back, leave
from ui.presenter.catalogue import Catalogue, Words, vi, vi_n
from ui.presenter.sheet import (
    Button,
    Header,
    KeypadBody,
    Line,
    Look,
    Sheet,
    Typing,
    WhoBody,
)

LONGEST_NUMBER = 16
LONGEST_PIN = 8

ASK = {
    WhoStep.SHOW_CARD: vi(
        "Bạn đặt thẻ thư viện lên khay nhé.|Bạn đặt thẻ lên khay nhé.|Đặt thẻ lên khay nhé."
    ),
    WhoStep.TYPE_NUMBER: vi(
        "Bạn nhập số trên thẻ thư viện nhé.|Bạn nhập số thẻ nhé.|Nhập số thẻ nhé."
    ),
    WhoStep.ASKING: vi("Máy đang hỏi thư viện, bạn chờ nhé.|Bạn chờ một chút nhé."),
    WhoStep.TYPE_PIN: vi("Bạn nhập mã PIN của thẻ nhé.|Bạn nhập mã PIN nhé.|Nhập mã PIN nhé."),
}

UNUSABLE = vi(
    "Máy không dùng được thẻ này: bạn quét mã vạch hoặc nhập số thẻ nhé."
    "|Thẻ này không dùng được: bạn nhập số thẻ nhé."
    "|Bạn quét hoặc nhập số thẻ nhé.|Bạn nhập số thẻ nhé."
)


def who(words: Catalogue, header: Header, view: WhoView) -> Sheet:
    """The keypad where something is typed, the ways to show a card elsewhere."""
    match view.step:
        case WhoStep.TYPE_NUMBER | WhoStep.TYPE_PIN:
            body: WhoBody | KeypadBody = _keypad(words, view)
            ways_out = (back(words), ask_help(words))
        case WhoStep.SHOW_CARD | WhoStep.ASKING:
            body = _ways(words, view)
            ways_out = (leave(words), ask_help(words))
    return Sheet(header, _sentence(words, view), body, ways_out, _ways_on(words, view))


def _sentence(words: Catalogue, view: WhoView) -> Words:
    if view.wait_seconds > 0:
        return words.count(
            vi_n("Bạn chờ {n} giây rồi nhập lại nhé.|Bạn chờ {n} giây nhé."), view.wait_seconds
        )
    if view.problem is not None:
        return words.say(refusals.sentence_for(view.problem))
    if view.card_unusable:
        return words.say(UNUSABLE)
    if view.not_answered:
        return words.say(refusals.sentence_for(RefusalCode.BACKEND_SILENT))
    return words.say(ASK[view.step])


def _ways(words: Catalogue, view: WhoView) -> WhoBody:
    asking = view.step is WhoStep.ASKING
    scan = Line(
        None,
        words.say(vi("Quét mã vạch trên thẻ|Quét mã vạch")),
        words.say(vi("Đưa mã vạch vào đầu đọc|Đưa vào đầu đọc")),
        icon="barcode",
    )
    phone = Line(
        None,
        words.say(vi("Quét thẻ trên điện thoại|Quét điện thoại")),
        words.say(vi("Mở thẻ rồi đưa vào đầu đọc|Đưa vào đầu đọc")),
        icon="phone",
    )
    typing = Button(
        words.say(vi("Nhập số thẻ")),
        ChooseTyping(),
        Look.CARD,
        "keypad",
        words.say(vi("Chạm vào đây")),
    )
    return WhoBody(
        heading=words.say(vi("Hoặc chọn một cách khác")),
        ways=() if asking else (scan, phone, typing),
        seen=_seen(words, view.items_on_pad),
        books=view.items_on_pad,
        asking=words.say(vi("Đang hỏi thư viện…")) if asking else (),
    )


def _seen(words: Catalogue, books: int) -> Words:
    if books == 0:
        return ()
    return words.count(vi_n("Khay thấy {n} cuốn của bạn|Khay thấy {n} cuốn"), books)


def _keypad(words: Catalogue, view: WhoView) -> KeypadBody:
    typing = Typing.PIN if view.step is WhoStep.TYPE_PIN else Typing.NUMBER
    pin = typing is Typing.PIN
    return KeypadBody(
        typing=typing,
        field=words.say(vi("Mã PIN")) if pin else words.say(vi("Số thẻ")),
        clear=words.say(vi("Xóa hết|Xóa")),
        confirm=words.say(vi("Tiếp tục")),
        longest=LONGEST_PIN if pin else LONGEST_NUMBER,
        closed=view.wait_seconds > 0,
    )


def _ways_on(words: Catalogue, view: WhoView) -> tuple[Button, ...]:
    laid_down = view.why is WhoFor.BORROW and view.items_on_pad > 0
    if view.step is not WhoStep.SHOW_CARD or not laid_down:
        return ()
    return (Button(words.say(vi("Tôi muốn trả sách|Trả sách")), ChooseReturn(), icon="ret"),)
