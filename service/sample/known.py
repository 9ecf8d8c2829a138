"""Cards and items that every sample library has, whatever its size and seed.

Demos and tests name them; docs/sample-library.md lists them for people. The PIN of a card is its
last four digits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownPatron:
    """A patron by the card that counts. Expired cards ran out with last year."""

    card: str
    full_name: str
    category: str
    label: str
    expired: bool = False
    may_not_borrow: bool = False
    may_not_renew: bool = False
    has_pin: bool = True
    lost_card: str | None = None
    guardian: str | None = None


@dataclass(frozen=True, slots=True)
class KnownTitle:
    title: str
    author: str
    ddc: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """`due_in_days` counts from the day for which the sample is made; below 0 it is overdue.

    `kept_for` is the card of a patron for whom it waits on the hold shelf, `queued_by` of one
    who waits for any copy of the title.
    """

    number: str
    title: KnownTitle
    item_type: str = "book"
    home_point: str = "TV"
    parts: int = 1
    tagged: bool = True
    not_for_loan: bool = False
    withdrawn: bool = False
    lost: bool = False
    lent_to: str | None = None
    due_in_days: int = 0
    kept_for: str | None = None
    queued_by: str | None = None


ADULT = "04271936"
WITH_LOANS = "04271944"
CHILD = "04271952"
EXPIRED = "04271960"
BLOCKED = "04271978"
AT_LIMIT = "04271986"
WITH_HOLDS = "04271994"
LOST_CARD = "04272000"
NEW_CARD = "04272018"
STUDENT = "04272026"
STAFF = "04272034"
WITHOUT_PIN = "04272042"
BOX_ACCOUNT = "90000005"  # of the point HOP1

PATRONS = (
    KnownPatron(ADULT, "Vàng A Mẫu", "adult", "Người lớn"),
    KnownPatron(WITH_LOANS, "Lù Thị Mẫu", "adult", "Người lớn, đang mượn 3 cuốn"),
    KnownPatron(CHILD, "Lý Mỷ Mẫu", "child", "Trẻ em", guardian=ADULT),
    KnownPatron(EXPIRED, "Nông Văn Mẫu", "adult", "Thẻ hết hạn", expired=True),
    KnownPatron(BLOCKED, "Trần Thị Mẫu", "adult", "Thẻ tạm khóa", may_not_borrow=True),
    KnownPatron(AT_LIMIT, "Hoàng Văn Mẫu", "pupil", "Học sinh, đã mượn đủ 5 cuốn"),
    KnownPatron(WITH_HOLDS, "Đỗ Thị Mẫu", "adult", "Người lớn, có sách đặt"),
    KnownPatron(NEW_CARD, "Bàn Thị Mẫu", "adult", "Thẻ cấp lại", lost_card=LOST_CARD),
    KnownPatron(STUDENT, "Phạm Văn Mẫu", "student", "Sinh viên"),
    KnownPatron(STAFF, "Tạ Kim Mẫu", "staff", "Thủ thư"),
    KnownPatron(WITHOUT_PIN, "Cà Thị Mẫu", "adult", "Người lớn, chưa có mã PIN", has_pin=False),
)

PLUM_SEASON = KnownTitle("Mùa mận trên bản Cao", "Mộc Khê", "895.92234")
HEARTH = KnownTitle("Bếp lửa nhà sàn", "Yên Trầm", "895.92234")
MISTY_MARKET = KnownTitle("Chợ phiên ngày sương", "Sa Mộc Lân", "895.92234")
FOREST_TALES = KnownTitle("Chuyện kể rừng già", "Nhóm biên soạn Sơn Khê", "398.209597")
NIGHT_SKY = KnownTitle("Bầu trời đêm miền núi", "Lam Sơ", "520")
ZITHER = KnownTitle("Tự học đàn tính", "Tô Vân Hạc", "787.7")
LEAVES = KnownTitle("Vì sao lá đổi màu?", "Đàm Diệp Vi", "580")
MOTORBIKE = KnownTitle("Sửa xe máy tại nhà", "Khúc Thạch Lộ", "629.28775")
TEA = KnownTitle("Trồng chè shan tuyết", "Đào Thạch An", "633.72")
BEES = KnownTitle("Nhập môn nuôi ong rừng", "Lã Tùng Dã", "638.1")
LULLABIES = KnownTitle("Mười bài hát ru", "Câu lạc bộ Bản Xoan", "782.42")
SAND_STORIES = KnownTitle("Kể chuyện bằng tranh cát", "Kiều Nhã Sinh", "745.5")
EMBROIDERY = KnownTitle("Thêu 100 mẫu hoa văn", "Lục Uyên Thư", "746.44")
MACADAMIA = KnownTitle("Cẩm nang trồng mắc ca", "Thân Lĩnh Quy", "634.5")
GOLDEN_GRAIN = KnownTitle("Truyện tranh: Hạt thóc vàng", "Cát Miên", "741.5")
BASKET_BOAT = KnownTitle("Chú bé và thuyền nan", "Trúc Lạc", "895.92234")
GAZETTEER = KnownTitle("Dư địa chí Sơn Khê", "Ban Biên soạn Sơn Khê", "915.97")
DICTIONARY = KnownTitle("Từ điển phương ngữ Sơn Khê", "Ban Biên soạn Sơn Khê", "495.92203")
FORESTER = KnownTitle("Sổ tay người trồng rừng", "Hội Nông dân Sơn Khê", "634.9")
MAGAZINE = KnownTitle("Tạp chí Văn nghệ Sơn Khê. Số Tết", "Hội Văn nghệ Sơn Khê", "050")
ROAD = KnownTitle("Con đường qua đèo Gió Hú", "Tiêu Kha Viễn", "895.92234")
WEAVING = KnownTitle("Khung cửi của mẹ", "Thảo Nhiên", "895.92284")
STREAM = KnownTitle("Bên suối nghe mưa", "Vân Trầm", "895.92214")
WORN_OUT = KnownTitle("Bảo quản ngô sau thu hoạch", "Ninh Tịnh Phác", "633.15")
MISLAID = KnownTitle("Người giữ lửa trên núi Bạc", "Hạ Mặc", "895.92234")
SCHOOL_BOOKS = tuple(
    KnownTitle(f"Cùng học Toán lớp 6. Quyển {volume}", "Quách Ngạn Đăng", "510.71")
    for volume in range(1, 6)
)

ITEMS = (
    KnownItem("VV.00417", PLUM_SEASON),
    KnownItem("VV.00388", HEARTH),
    KnownItem("VV.00402", MISTY_MARKET),
    KnownItem("VV.00507", ZITHER),
    KnownItem("TK.00103", MOTORBIKE),
    KnownItem("VV.00512", TEA),
    KnownItem("VV.00509", LULLABIES),
    KnownItem("VV.00508", SAND_STORIES),
    KnownItem("VV.00506", EMBROIDERY),
    KnownItem("VV.00510", MISTY_MARKET),
    KnownItem("VV.00511", HEARTH),
    KnownItem("LC.01188", MACADAMIA, home_point="XE1"),
    KnownItem("LC.01240", GOLDEN_GRAIN, "children", "XE1"),
    KnownItem("LC.00902", BASKET_BOAT, "children", "XE1"),
    KnownItem("LC.00935", BEES, home_point="BX"),
    KnownItem("LC.00931", FOREST_TALES, parts=3),
    KnownItem("TK.00003", GAZETTEER, parts=3),
    KnownItem("TK.00007", DICTIONARY, "reference", not_for_loan=True),
    KnownItem("VN.00012", FORESTER, tagged=False),
    KnownItem("BT.00021", MAGAZINE, "magazine", tagged=False),
    KnownItem("TN.22004", NIGHT_SKY, "children", kept_for=WITH_HOLDS),
    KnownItem(
        "TN.00208", LEAVES, "children", lent_to=WITH_LOANS, due_in_days=7, queued_by=WITH_HOLDS
    ),
    KnownItem("VV.00613", ROAD, lent_to=WITH_LOANS, due_in_days=1),
    KnownItem("VV.00614", WEAVING, lent_to=WITH_LOANS, due_in_days=-2),
    KnownItem("VV.00615", STREAM, lent_to=EXPIRED, due_in_days=-380),
    KnownItem("VV.00021", WORN_OUT, withdrawn=True),
    KnownItem("VV.00022", MISLAID, lost=True),
    *(
        KnownItem(f"GK.0001{place}", title, "textbook", lent_to=AT_LIMIT, due_in_days=30)
        for place, title in enumerate(SCHOOL_BOOKS, start=1)
    ),
)

TITLES = tuple(dict.fromkeys(item.title for item in ITEMS))

# What lies on the shelf of the demo, in this order; sets with all their volumes.
DEMO_SHELF = (
    "VV.00417 VV.00388 VV.00402 VV.00507 TK.00103 LC.00931 TN.22004 VV.00512 VV.00509 VV.00508 "
    "VV.00506 LC.01188 LC.01240 LC.00902 LC.00935 VN.00012 TK.00007 VV.00613 VV.00614 VV.00021"
).split()
