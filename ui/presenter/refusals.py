"""Every refusal in words: why, and what next. `IN_A_ROW` beside a book, `AS_SENTENCE` on top."""

from kiosk.views import RefusalCode
from ui.presenter.catalogue import Message, vi

IN_A_ROW: dict[RefusalCode, Message] = {
    RefusalCode.PATRON_UNKNOWN: vi("Máy chưa biết thẻ này, hỏi thủ thư nhé|Bạn hỏi thủ thư nhé"),
    RefusalCode.PATRON_EXPIRED: vi("Thẻ hết hạn, thủ thư gia hạn giúp bạn|Thẻ đã hết hạn"),
    RefusalCode.PATRON_BLOCKED: vi("Thẻ đang tạm dừng, bạn hỏi thủ thư nhé|Bạn hỏi thủ thư nhé"),
    RefusalCode.CARD_LOST: vi("Thẻ này đã báo mất, bạn hỏi thủ thư nhé|Bạn hỏi thủ thư nhé"),
    RefusalCode.LIMIT_REACHED: vi("Đã đủ số sách, bạn để lần sau nhé|Đã đủ số sách"),
    RefusalCode.ITEM_UNKNOWN: vi("Máy chưa biết sách này, đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    RefusalCode.ITEM_WITHDRAWN: vi("Sách đã ngừng cho mượn, đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    RefusalCode.ITEM_LOST: vi("Sách từng báo mất, bạn đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    RefusalCode.NOT_FOR_LOAN: vi("Sách đọc tại chỗ, bạn trả lại giá nhé|Sách đọc tại chỗ"),
    RefusalCode.ON_LOAN_TO_ANOTHER: vi(
        "Đang ghi cho bạn khác, đưa thủ thư nhé|Đưa thủ thư giúp nhé"
    ),
    RefusalCode.HELD_FOR_ANOTHER: vi(
        "Bạn khác đã đặt, nhờ bạn đưa thủ thư|Đưa thủ thư giúp nhé|Nhờ bạn đưa thủ thư"
    ),
    RefusalCode.NOT_ON_LOAN_TO_PATRON: vi(
        "Bạn chưa mượn cuốn này, hỏi thủ thư nhé|Bạn hỏi thủ thư nhé"
    ),
    RefusalCode.RENEWALS_USED_UP: vi("Hết lượt gia hạn, bạn trả đúng hạn nhé|Hết lượt gia hạn"),
    RefusalCode.TOO_SOON_TO_RENEW: vi("Còn sớm, bạn gia hạn gần ngày trả nhé|Còn sớm để gia hạn"),
    RefusalCode.OVERDUE: vi("Có sách quá hạn, bạn trả trước nhé|Bạn trả sách quá hạn nhé"),
    RefusalCode.NO_RULE: vi("Chưa có quy định, bạn hỏi thủ thư nhé|Bạn hỏi thủ thư nhé"),
    RefusalCode.PIN_WRONG: vi("Mã PIN chưa đúng, bạn nhập lại nhé|PIN chưa đúng"),
    RefusalCode.PIN_LOCKED: vi("Mã PIN tạm khóa, bạn hỏi thủ thư nhé|PIN tạm khóa"),
    RefusalCode.PIN_NOT_SET: vi("Thẻ chưa có mã PIN, bạn hỏi thủ thư nhé|Thẻ chưa có PIN"),
    RefusalCode.RULE_FAILED: vi("Máy chưa rõ, bạn đưa thủ thư giúp nhé|Đưa thủ thư giúp nhé"),
    RefusalCode.BACKEND_SILENT: vi("Thư viện chưa trả lời, bạn thử lại nhé|Bạn thử lại nhé"),
}

AS_SENTENCE: dict[RefusalCode, Message] = {
    RefusalCode.PATRON_UNKNOWN: vi(
        "Máy chưa biết thẻ này. Bạn xem lại số nhé."
        "|Chưa có thẻ này, xem lại số nhé."
        "|Xem lại số thẻ nhé."
    ),
    RefusalCode.PATRON_EXPIRED: vi(
        "Thẻ đã hết hạn. Bạn nhờ thủ thư gia hạn nhé.|Thẻ hết hạn, hỏi thủ thư nhé.|Thẻ đã hết hạn."
    ),
    RefusalCode.PATRON_BLOCKED: vi(
        "Thẻ đang tạm dừng. Bạn hỏi thủ thư giúp nhé."
        "|Thẻ tạm dừng, hỏi thủ thư nhé."
        "|Thẻ đang tạm dừng."
    ),
    RefusalCode.CARD_LOST: vi(
        "Thẻ này đã báo mất. Bạn đưa thủ thư xem nhé.|Thẻ báo mất, hỏi thủ thư nhé.|Thẻ đã báo mất."
    ),
    RefusalCode.LIMIT_REACHED: vi(
        "Bạn đã mượn đủ số sách. Bạn trả bớt rồi mượn nhé."
        "|Đã đủ sách, bạn trả bớt nhé."
        "|Đã đủ số sách."
    ),
    RefusalCode.OVERDUE: vi(
        "Bạn có sách quá hạn. Bạn trả sách trước nhé."
        "|Có sách quá hạn, trả trước nhé."
        "|Có sách quá hạn."
    ),
    RefusalCode.PIN_WRONG: vi(
        "Mã PIN chưa đúng. Bạn nhập lại nhé.|PIN chưa đúng, nhập lại nhé.|PIN chưa đúng."
    ),
    RefusalCode.PIN_LOCKED: vi(
        "Mã PIN tạm khóa vài phút. Bạn chờ hoặc hỏi thủ thư."
        "|PIN tạm khóa, hỏi thủ thư nhé."
        "|PIN tạm khóa."
    ),
    RefusalCode.PIN_NOT_SET: vi(
        "Thẻ chưa có mã PIN. Bạn hỏi thủ thư giúp nhé."
        "|Chưa có PIN, hỏi thủ thư nhé."
        "|Thẻ chưa có PIN."
    ),
    RefusalCode.BACKEND_SILENT: vi(
        "Thư viện chưa trả lời. Bạn thử lại một lát nữa nhé."
        "|Chưa có trả lời, thử lại nhé."
        "|Bạn thử lại nhé."
    ),
}

ASK_STAFF = vi("Máy chưa giúp được. Bạn hỏi thủ thư nhé.|Bạn hỏi thủ thư nhé.")


def sentence_for(code: RefusalCode) -> Message:
    """The sentence about a card; what only concerns a book sends the reader to the desk."""
    return AS_SENTENCE.get(code, ASK_STAFF)
