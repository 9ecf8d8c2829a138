"""Screens that send the reader to the desk: help, out of service; and the first one, opening."""

from kiosk.intents import AskHelp
from kiosk.views import HelpView, OutOfServiceView
from ui.presenter import troubles
from ui.presenter.buttons import back, leave
from ui.presenter.catalogue import Catalogue, vi
from ui.presenter.sheet import Button, Header, Line, Look, Mark, NoticeBody, Sheet

SIGN = vi("Quầy thủ thư|Thủ thư")
MOST_LINES = 3


def out_of_service(words: Catalogue, header: Header, view: OutOfServiceView) -> Sheet:
    """What is broken, since when, and that it mends itself."""
    broken = tuple(
        Line(
            Mark.REFUSED,
            words.say(troubles.WHAT_IS_BROKEN[hindrance]),
            words.say(troubles.WHAT_STAYS[hindrance]),
        )
        for hindrance in view.hindrances[:MOST_LINES]
    )
    since = Line(
        None,
        words.say(vi("Từ lúc {since}"), since=view.since),
        words.say(vi("Màn hình này tự mở lại|Tự mở lại khi xong")),
        icon="renew",
    )
    sentence = words.say(
        vi(
            "Máy này đang nghỉ. Mời bạn đến quầy thủ thư."
            "|Mời bạn đến quầy thủ thư."
            "|Mời bạn đến quầy."
        )
    )
    call = Button(words.say(vi("Trợ giúp|Giúp")), AskHelp(), Look.NEXT, "help")
    return Sheet(header, sentence, NoticeBody(words.say(SIGN), (*broken, since)), (), (call,))


def reader_help(words: Catalogue, header: Header, view: HelpView) -> Sheet:
    """Where the desk is and how the three things are done."""
    how = (
        ("borrow", vi("Mượn sách"), vi("Đặt sách lên khay, rồi đưa thẻ vào|Đặt sách, rồi đưa thẻ")),
        ("ret", vi("Trả sách"), vi("Đặt sách lên khay, không cần thẻ|Đặt sách, không cần thẻ")),
        (
            "renew",
            vi("Gia hạn & tài khoản|Gia hạn sách"),
            vi("Đưa thẻ vào, rồi nhập mã PIN|Thẻ, rồi mã PIN"),
        ),
    )
    lines = tuple(Line(None, words.say(name), words.say(way), icon) for icon, name, way in how)
    body = NoticeBody(
        words.say(SIGN),
        lines,
        words.say(vi("Sách trên khay vẫn an toàn, bạn cứ để yên.|Sách trên khay vẫn an toàn.")),
    )
    go_on = Button(
        words.say(vi("Tôi tự làm tiếp được|Làm tiếp")), back(words).intent, Look.NEXT, "back"
    )
    ways_out = (leave(words),) if view.may_leave else ()
    sentence = words.say(
        vi("Thủ thư ở quầy sẽ giúp bạn.|Bạn đến quầy thủ thư nhé.|Bạn hỏi thủ thư nhé.")
    )
    return Sheet(header, sentence, body, ways_out, (go_on,))


def opening(words: Catalogue, header: Header) -> Sheet:
    """The first picture, while the devices and the link are being started."""
    line = Line(
        Mark.WORKING,
        words.say(vi("Đang mở khay và đường truyền|Đang mở khay")),
        words.say(vi("Chỉ vài giây thôi")),
    )
    sentence = words.say(vi("Máy đang khởi động, bạn chờ nhé.|Bạn chờ một chút nhé.|Bạn chờ nhé."))
    return Sheet(header, sentence, NoticeBody((), (line,)))
