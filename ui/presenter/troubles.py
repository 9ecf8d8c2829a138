"""Every trouble with something on the pad, and everything that does not work here, in words."""

from kiosk.views import Hindrance, Trouble
from ui.presenter.catalogue import Message, vi

IN_A_ROW: dict[Trouble, Message] = {
    Trouble.PATRON_CARD: vi("Đây là thẻ bạn đọc, bạn nhớ cầm về nhé|Bạn nhớ cầm thẻ về nhé"),
    Trouble.FOREIGN_LIBRARY: vi("Sách của thư viện khác, bạn cất đi nhé|Sách thư viện khác"),
    Trouble.BLANK_TAG: vi("Nhãn còn trống, bạn đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    Trouble.NOT_A_LIBRARY_TAG: vi("Không phải nhãn sách, bạn cất đi nhé|Không phải sách"),
    Trouble.UNREADABLE: vi("Máy chưa đọc được, bạn đặt lại nhé|Bạn đặt lại nhé"),
    Trouble.SUSPECT_TAG: vi("Nhãn bị lỗi, bạn đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    Trouble.TAG_LOCKED: vi("Nhãn bị khóa, bạn đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    Trouble.TAG_NOT_WRITTEN: vi("Nhãn chưa ghi được, đưa thủ thư nhé|Đưa thủ thư giúp nhé"),
    Trouble.NOT_SENT: vi("Mạng chậm, chưa ghi: bạn đặt lại nhé|Bạn đặt lại nhé"),
    Trouble.KEPT_FOR_LATER: vi("Đã nhận, máy ghi trả khi có mạng|Đã nhận sách"),
    Trouble.STAFF_WILL_HELP: vi("Bạn đưa cuốn này cho thủ thư nhé|Đưa thủ thư giúp nhé"),
}

THE_READER_CAN_MEND = frozenset({Trouble.UNREADABLE, Trouble.NOT_SENT})

WHAT_IS_BROKEN: dict[Hindrance, Message] = {
    Hindrance.UNMASKED: vi("Kỹ thuật viên đang kiểm tra máy|Máy đang được kiểm tra"),
    Hindrance.LINK: vi("Máy đang mất mạng|Đang mất mạng"),
    Hindrance.PAD: vi("Khay chưa đọc được sách"),
    Hindrance.SCANNER: vi("Đầu đọc mã vạch đang nghỉ|Đầu đọc đang nghỉ"),
    Hindrance.CARD_READER: vi("Đầu đọc thẻ đang nghỉ"),
    Hindrance.PRINTER: vi("Máy in biên nhận đang nghỉ|Máy in đang nghỉ"),
    Hindrance.GATE: vi("Cổng an ninh đang nghỉ"),
    Hindrance.DROP: vi("Hộp trả sách đang nghỉ"),
    Hindrance.DISK: vi("Máy đã đầy bộ nhớ"),
    Hindrance.NOT_ENROLLED: vi("Máy chưa được đăng ký"),
    Hindrance.REVOKED: vi("Máy đã bị ngừng sử dụng|Máy ngừng sử dụng"),
    Hindrance.SECOND_INSTANCE: vi("Có hai máy dùng chung một khóa|Trùng khóa máy"),
    Hindrance.PROTOCOL: vi("Máy cần được cập nhật"),
}

WHAT_STAYS: dict[Hindrance, Message] = {
    Hindrance.UNMASKED: vi("Kỹ thuật viên thấy số thẻ bạn quét|Số thẻ bị nhìn thấy"),
    Hindrance.LINK: vi("Mạng có lại thì máy tự mở lại"),
    Hindrance.PAD: vi("Khay đọc được thì máy tự mở lại"),
    Hindrance.SCANNER: vi("Bạn vẫn nhập số thẻ bằng tay được|Vẫn nhập số thẻ được"),
    Hindrance.CARD_READER: vi("Bạn vẫn quét hoặc nhập số thẻ được|Vẫn nhập số thẻ được"),
    Hindrance.PRINTER: vi("Mượn trả vẫn được, biên nhận trên màn hình|Mượn trả vẫn được"),
    Hindrance.GATE: vi("Mượn trả vẫn được"),
    Hindrance.DROP: vi("Bạn trả sách tại quầy nhé"),
    Hindrance.DISK: vi("Thủ thư dọn xong thì máy mở lại"),
    Hindrance.NOT_ENROLLED: vi("Kỹ thuật viên đăng ký xong là dùng được|Chờ kỹ thuật viên đăng ký"),
    Hindrance.REVOKED: vi("Bạn dùng máy khác hoặc đến quầy nhé|Bạn dùng máy khác nhé"),
    Hindrance.SECOND_INSTANCE: vi("Kỹ thuật viên cần xem lại thẻ nhớ|Chờ kỹ thuật viên"),
    Hindrance.PROTOCOL: vi("Kỹ thuật viên cập nhật xong là dùng được|Chờ kỹ thuật viên cập nhật"),
}

ON_THE_START_SCREEN: dict[Hindrance, Message] = {
    Hindrance.UNMASKED: vi(
        "Đang kiểm tra: kỹ thuật viên thấy số thẻ bạn quét|Kỹ thuật viên thấy số thẻ bạn quét"
        "|Số thẻ bị nhìn thấy"
    ),
    Hindrance.LINK: vi(
        "Máy đang mất mạng: trả sách vẫn được|Mất mạng: trả sách vẫn được|Đang mất mạng"
    ),
    Hindrance.PAD: vi(
        "Khay đang nghỉ: bạn quét mã vạch nhé|Khay nghỉ: quét mã vạch nhé|Khay đang nghỉ"
    ),
    Hindrance.SCANNER: vi(
        "Đầu đọc mã vạch đang nghỉ: bạn dùng khay nhé|Đầu đọc nghỉ: dùng khay nhé"
    ),
    Hindrance.CARD_READER: vi(
        "Đầu đọc thẻ đang nghỉ: bạn quét mã vạch nhé|Thẻ chạm nghỉ: quét mã vạch nhé"
        "|Đầu đọc thẻ đang nghỉ"
    ),
    Hindrance.PRINTER: vi(
        "Máy in đang nghỉ: biên nhận hiện trên màn hình|Máy in nghỉ, mượn trả vẫn được"
        "|Máy in đang nghỉ"
    ),
    Hindrance.GATE: vi("Cổng an ninh đang nghỉ: mượn trả vẫn được|Cổng an ninh đang nghỉ"),
    Hindrance.DROP: vi("Hộp trả sách đang nghỉ: bạn đến quầy nhé|Hộp trả sách đang nghỉ"),
    Hindrance.DISK: vi("Máy tạm không cho mượn: bạn đến quầy nhé|Tạm không cho mượn"),
    Hindrance.NOT_ENROLLED: vi("Máy chưa được đăng ký: bạn đến quầy nhé|Bạn đến quầy thủ thư nhé"),
    Hindrance.REVOKED: vi("Máy ngừng sử dụng: bạn đến quầy nhé|Bạn đến quầy thủ thư nhé"),
    Hindrance.SECOND_INSTANCE: vi(
        "Máy đang được kiểm tra: bạn đến quầy nhé|Bạn đến quầy thủ thư nhé"
    ),
    Hindrance.PROTOCOL: vi("Máy cần được cập nhật: bạn đến quầy nhé|Bạn đến quầy thủ thư nhé"),
}
