"""Named moments of every screen, also the awkward ones, for the gallery and the screen tests."""

from datetime import date, datetime

from kiosk.views import (
    AccountLine,
    AccountView,
    BorrowView,
    Destination,
    FarewellView,
    Frame,
    HelpView,
    Hindrance,
    ItemLine,
    LineState,
    OutOfServiceView,
    PadPicture,
    ReceiptState,
    RefusalCode,
    RenewState,
    ReturnView,
    StartView,
    StillThere,
    Trouble,
    View,
    WhoFor,
    WhoStep,
    WhoView,
)

LIBRARY = "Thư viện tỉnh Sơn Khê"
NOW = datetime(2026, 11, 18, 9, 24)  # noqa: DTZ001 (the clock on the wall)
DUE = date(2026, 12, 2)
NAME = "V. A. MẪU"
LONG_TITLE = (
    "Tuyển tập truyện cổ tích các dân tộc thiểu số vùng cao phía Bắc Việt Nam, kể lại cho thiếu nhi"
)

DONE = ItemLine(
    "a", LineState.DONE, "VV.00417", "Mùa mận trên bản Cao", "Mộc Khê", DUE, on_pad=True
)
ASKING = ItemLine("b", LineState.ASKING, "VV.00388", "Bếp lửa nhà sàn", "Tô Vân Hạc", on_pad=True)
LIFTED = ItemLine("c", LineState.PUT_BACK, "VV.00402", "Chợ phiên ngày sương", "Lam Sơ")
SET = ItemLine(
    "d",
    LineState.PART_MISSING,
    "LC.00931",
    "Chuyện kể rừng già",
    "Đào Thạch An",
    parts=3,
    parts_seen=(1, 3),
    parts_missing=(2,),
    on_pad=True,
)
HELD = ItemLine(
    "e",
    LineState.REFUSED,
    "TN.22004",
    "Bầu trời đêm miền núi",
    "Lam Sơ",
    refusal=RefusalCode.HELD_FOR_ANOTHER,
    on_pad=True,
)
STACK = (DONE, ASKING, LIFTED, SET, HELD)
PAD = PadPicture(("a", "b", "d", "e"), card=True)

TITLES = (
    "Mùa mận trên bản Cao",
    "Bếp lửa nhà sàn",
    "Tự học đàn tính",
    "Trồng chè shan tuyết",
    "Vì sao lá đổi màu?",
    "Sửa xe máy tại nhà",
    "Nhập môn nuôi ong rừng",
    "Mười bài hát ru",
    "Kể chuyện bằng tranh cát",
    LONG_TITLE,
)


def borrowed(n: int, state: LineState = LineState.DONE) -> tuple[ItemLine, ...]:
    """`n` books in one state."""
    return tuple(
        ItemLine(f"k{i}", state, f"VV.{i:05}", TITLES[i % 10], "", DUE, on_pad=True)
        for i in range(n)
    )


def every_state() -> tuple[ItemLine, ...]:
    """One line in each state."""
    return tuple(
        ItemLine(f"s{i}", state, f"VV.{i:05}", TITLES[i % 10], "", DUE, parts=3, parts_seen=(1,),
                 parts_missing=(2, 3), refusal=RefusalCode.LIMIT_REACHED,
                 trouble=Trouble.BLANK_TAG, on_pad=i % 2 == 0)
        for i, state in enumerate(LineState)
    )  # fmt: skip


def refused_lines() -> tuple[ItemLine, ...]:
    """One line with each refusal."""
    return tuple(
        ItemLine(f"r{i}", LineState.REFUSED, f"VV.{i:05}", TITLES[i % 10], refusal=code)
        for i, code in enumerate(RefusalCode)
    )


def troubled_lines() -> tuple[ItemLine, ...]:
    """One line with each trouble, without a title: the tag said nothing."""
    return tuple(
        ItemLine(f"t{i}", LineState.TROUBLE, trouble=trouble, on_pad=True)
        for i, trouble in enumerate(Trouble)
    )


def returned_lines() -> tuple[ItemLine, ...]:
    """Books for every destination."""
    places = (
        (Destination.SHELF, "tầng 2"),
        (Destination.SHELF, "kho thiếu nhi"),
        (Destination.HOLD_SHELF, ""),
        (Destination.OTHER_POINT, "Phòng đọc Bản Xoan"),
        (Destination.DESK, ""),
    )
    return tuple(
        ItemLine(f"g{i}", LineState.DONE, f"VV.{i:05}", TITLES[8 - i], destination=to, place=place)
        for i, (to, place) in enumerate(places)
    )


def loans(n: int) -> tuple[AccountLine, ...]:
    """Open loans in all kinds of standing."""
    states = (
        (date(2026, 11, 19), False, True, RenewState.NONE, None),
        (DUE, False, True, RenewState.NONE, None),
        (date(2026, 11, 10), True, False, RenewState.NONE, None),
        (DUE, False, True, RenewState.ASKING, None),
        (date(2026, 12, 16), False, True, RenewState.RENEWED, None),
        (DUE, False, True, RenewState.REFUSED, RefusalCode.HELD_FOR_ANOTHER),
        (DUE, False, True, RenewState.NOT_SENT, None),
    )
    return tuple(AccountLine(f"VV.{i:05}", TITLES[i % 10], "", *states[i % 7]) for i in range(n))


RECEIPT = tuple(
    line.ljust(42)[:42]
    for line in (
        "          THƯ VIỆN TỈNH SƠN KHÊ",
        "           Biên nhận mượn sách",
        "",
        "Bạn đọc: V. A. MẪU",
        "18/11/2026 09:24            Máy số 2",
        "------------------------------------------",
        "Mùa mận trên bản Cao",
        "  VV.00417        trả trước 02/12/2026",
        "Bếp lửa nhà sàn",
        "  VV.00388        trả trước 02/12/2026",
        "Tự học đàn tính",
        "  VV.00102        trả trước 02/12/2026",
        "Trồng chè shan tuyết",
        "  VV.00771        trả trước 02/12/2026",
        "------------------------------------------",
        "Đã mượn 4 cuốn. Chúc bạn đọc vui!",
    )
)

START = StartView(may_borrow=True, may_return=True, may_see_account=True)
BORROW = BorrowView(NAME, PAD, STACK, "c", 1, busy=True)

VIEWS: dict[str, View] = {
    "start": START,
    "start-returns-only": StartView(
        may_borrow=False, may_return=True, may_see_account=False, hindrances=(Hindrance.LINK,)
    ),
    "start-no-pad": StartView(
        may_borrow=True, may_return=True, may_see_account=True, hindrances=(Hindrance.PAD,)
    ),
    "start-no-printer": StartView(
        may_borrow=True, may_return=True, may_see_account=True, hindrances=(Hindrance.PRINTER,)
    ),
    "start-no-card-reader": StartView(
        may_borrow=True, may_return=True, may_see_account=True, hindrances=(Hindrance.CARD_READER,)
    ),
    "start-unmasked": StartView(
        may_borrow=True, may_return=True, may_see_account=True, hindrances=(Hindrance.UNMASKED,)
    ),
    "who": WhoView(WhoFor.BORROW, WhoStep.SHOW_CARD, items_on_pad=3),
    "who-account": WhoView(WhoFor.ACCOUNT, WhoStep.SHOW_CARD),
    "who-asking": WhoView(WhoFor.BORROW, WhoStep.ASKING, items_on_pad=1),
    "who-expired": WhoView(
        WhoFor.BORROW, WhoStep.SHOW_CARD, problem=RefusalCode.PATRON_EXPIRED
    ),
    "who-card-unusable": WhoView(WhoFor.BORROW, WhoStep.SHOW_CARD, card_unusable=True),
    "who-number": WhoView(WhoFor.BORROW, WhoStep.TYPE_NUMBER),
    "who-wait": WhoView(WhoFor.BORROW, WhoStep.TYPE_NUMBER, wait_seconds=48),
    "who-pin": WhoView(WhoFor.ACCOUNT, WhoStep.TYPE_PIN, short_name=NAME),
    "who-pin-wrong": WhoView(
        WhoFor.ACCOUNT, WhoStep.TYPE_PIN, short_name=NAME, problem=RefusalCode.PIN_WRONG
    ),
    "borrow": BORROW,
    "borrow-empty": BorrowView(NAME, PadPicture(card=True), (), None, 0, busy=False),
    "borrow-no-pad": BorrowView(NAME, PadPicture(), (), None, 0, busy=False, pad_works=False),
    "borrow-ten": BorrowView(
        NAME,
        PadPicture(tuple(f"k{i}" for i in range(10))),
        borrowed(10),
        None,
        10,
        busy=False,
    ),
    "borrow-every-state": BorrowView(
        NAME,
        PadPicture(tuple(f"s{i}" for i in range(12))),
        every_state(),
        "s6",
        2,
        busy=True,
    ),
    "borrow-refused": BorrowView(NAME, PadPicture(), refused_lines(), None, 0, busy=False),
    "borrow-troubled": BorrowView(
        NAME, PadPicture(tuple(f"t{i}" for i in range(11))), troubled_lines(), "t4", 0, busy=False
    ),
    "return": ReturnView(PadPicture(), returned_lines(), None, 5, busy=False),
    "return-busy": ReturnView(
        PadPicture(("k0", "k1", "k2")), borrowed(3, LineState.SECURING), None, 0, busy=True
    ),
    "return-empty": ReturnView(PadPicture(), (), None, 0, busy=False),
    "return-every-state": ReturnView(
        PadPicture(), every_state(), "s6", 2, busy=True, short_name=NAME
    ),
    "account": AccountView(NAME, loans(4), None, 3, busy=False),
    "account-seven": AccountView(NAME, loans(7), RefusalCode.OVERDUE, 0, busy=True),
    "account-empty": AccountView(NAME, (), None, 5, busy=False),
    "farewell": FarewellView(
        (DONE,) * 4, (), (HELD,), DUE, None, 12, card_on_pad=True
    ),
    "farewell-all": FarewellView(
        (DONE,) * 4, (DONE,), (HELD, SET), DUE, None, 7, books_on_pad=2
    ),
    "farewell-receipt": FarewellView(
        (DONE,) * 4, (), (), DUE, RECEIPT, 30, receipt_state=ReceiptState.SAVED
    ),
    "farewell-printer": FarewellView((DONE,) * 4, (), (), DUE, None, 12, printer=True),
    "farewell-not-printed": FarewellView(
        (DONE,) * 4, (), (), DUE, RECEIPT, 30, receipt_state=ReceiptState.NOT_PRINTED
    ),
    "farewell-nothing": FarewellView((), (), (), None, None, 5),
    "out-of-service": OutOfServiceView((Hindrance.PAD, Hindrance.SCANNER), "09:20"),
    "out-of-service-many": OutOfServiceView(
        (Hindrance.PAD, Hindrance.SCANNER, Hindrance.CARD_READER, Hindrance.PRINTER), "09:20"
    ),
    "out-of-service-revoked": OutOfServiceView((Hindrance.REVOKED,), "09:20"),
    "help": HelpView(may_leave=True),
}  # fmt: skip

OVERLAID = {
    "still-there": (BORROW, StillThere(14, (LIFTED, SET))),
    "still-there-nothing-open": (VIEWS["account"], StillThere(20, ())),
}


def frame(view: View, language: str, number: int = 1, *, online: bool = True) -> Frame:
    """A frame as the controller publishes it."""
    return Frame(number, view, online, language)


def moments(language: str) -> dict[str, Frame]:
    """Every named moment in a language."""
    named = {name: frame(view, language) for name, view in VIEWS.items()}
    named["borrow-offline"] = frame(BORROW, language, online=False)
    for name, (view, asked) in OVERLAID.items():
        named[name] = Frame(1, view, True, language, asked)
    return named
