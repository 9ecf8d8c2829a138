"""The tree of points of the invented province Sơn Khê."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.circulation.rules import Point
from service.circulation.words import PointKind

Row = dict[str, object]

TIME_ZONE = "Asia/Ho_Chi_Minh"
ROOT = "TV"
BUS = "XE1"


@dataclass(frozen=True, slots=True)
class SamplePoint:
    """`slots` of every round of new copies come here; `stock` overrides the subject's letters.

    A school or a box borrows for its people: `account` is its card.
    """

    code: str
    parent: str | None
    kind: PointKind
    name: str
    slots: int
    stock: str | None = None
    account: str | None = None


POINTS = (
    SamplePoint(ROOT, None, PointKind.LIBRARY, "Thư viện tỉnh Sơn Khê", 45),
    SamplePoint("BX", ROOT, PointKind.BRANCH, "Phòng đọc Bản Xoan", 6),
    SamplePoint("MS", ROOT, PointKind.BRANCH, "Thư viện Mường Sậy", 6),
    SamplePoint("PT", ROOT, PointKind.BRANCH, "Thư viện Phố Trám", 6),
    SamplePoint("KM", ROOT, PointKind.BRANCH, "Phòng đọc Khe Mận", 4),
    SamplePoint("CC", ROOT, PointKind.BRANCH, "Thư viện Chợ Cau", 5),
    SamplePoint("DG", ROOT, PointKind.BRANCH, "Phòng đọc Đèo Gió", 3),
    SamplePoint("BV", ROOT, PointKind.BRANCH, "Thư viện Bến Vầu", 5),
    SamplePoint("TB", ROOT, PointKind.BRANCH, "Phòng đọc Thung Ban", 3),
    SamplePoint("HR", ROOT, PointKind.BRANCH, "Phòng đọc Hồ Rêu", 3),
    SamplePoint(BUS, ROOT, PointKind.BUS, "Xe thư viện lưu động 1", 5, "LC"),
    SamplePoint("TH1", "BX", PointKind.SCHOOL, "Trường Tiểu học Bản Xoan", 2, "LC", "90000001"),
    SamplePoint("TH2", "MS", PointKind.SCHOOL, "Trường Tiểu học Mường Sậy", 2, "LC", "90000002"),
    SamplePoint("CS1", "PT", PointKind.SCHOOL, "Trường THCS Phố Trám", 2, "LC", "90000003"),
    SamplePoint("CS2", "CC", PointKind.SCHOOL, "Trường THCS Chợ Cau", 2, "LC", "90000004"),
    SamplePoint("HOP1", ROOT, PointKind.BOX, "Hộp sách Trại Khe Lạnh", 1, "LC", "90000005"),
    SamplePoint("HOP2", "DG", PointKind.BOX, "Hộp sách Đồn Đèo Gió", 1, "LC", "90000006"),
)

BY_CODE = {point.code: point for point in POINTS}
LENDING_POINTS = tuple(point for point in POINTS if not point.account)


def as_point(point: SamplePoint) -> Point:
    """The point as the rules see it."""
    return Point(point.code, point.parent, point.name, TIME_ZONE)


def point_rows() -> Iterator[Row]:
    """The tree as the database has it, parents first."""
    for point in POINTS:
        yield {
            "code": point.code,
            "parent": point.parent,
            "kind": point.kind,
            "name": point.name,
            "time_zone": TIME_ZONE,
        }
