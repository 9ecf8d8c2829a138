"""What the invented library decided: categories, item types, rules, opening days."""

from collections.abc import Iterator
from datetime import date

import holidays

from service.circulation.opening_days import Calendar, Exceptional
from service.circulation.rules import Policy, Rule
from service.circulation.words import DueMode
from service.sample.points import BUS, POINTS, ROOT, Row, as_point

# code, name, loans over all points and item types, needs a guardian
CATEGORIES = (
    ("adult", "Người lớn", 10, False),
    ("student", "Sinh viên", 10, False),
    ("pupil", "Học sinh", 5, False),
    ("child", "Trẻ em có người giám hộ", 3, True),
    ("staff", "Thủ thư, giáo viên", 30, False),
    ("institution", "Hộp sách, tủ sách luân chuyển", 300, False),
)

ITEM_TYPES = (
    ("book", "Sách"),
    ("children", "Sách thiếu nhi"),
    ("textbook", "Sách học tập"),
    ("reference", "Sách tra cứu"),
    ("magazine", "Báo, tạp chí"),
)


def _rule(
    number: int,
    scope: tuple[str | None, str | None, str | None],
    days: int,
    most: int,
    renewals: int,
    *,
    for_loan: bool = True,
    due_mode: DueMode = DueMode.NEXT_OPEN,
    due_by_card_expiry: bool = True,
) -> Rule:
    return Rule(
        number,
        *scope,
        for_loan=for_loan,
        loan_days=days,
        due_mode=due_mode,
        max_loans=most,
        renewals=renewals,
        renew_from_days_before_due=None,
        renew_overdue=False,
        due_by_card_expiry=due_by_card_expiry,
    )


# Point, category, item type; None means any, and the first row is the fallback. A category's row
# comes before an item type's, so what holds for one type in every category stands once for each.
RULES = (
    _rule(1, (None, None, None), 14, 10, 2),
    _rule(2, (None, "student", None), 21, 10, 2),
    _rule(3, (None, "pupil", None), 14, 5, 2),
    _rule(4, (None, "child", None), 14, 3, 1),
    _rule(5, (None, "staff", None), 30, 30, 3),
    _rule(6, (None, "institution", None), 90, 300, 1, due_by_card_expiry=False),
    _rule(7, (None, "pupil", "textbook"), 150, 5, 0),
    _rule(8, (None, None, "magazine"), 7, 3, 0),
    _rule(9, (None, "student", "magazine"), 7, 3, 0),
    _rule(10, (None, "pupil", "magazine"), 7, 2, 0),
    _rule(11, (None, "child", "magazine"), 7, 2, 0),
    _rule(12, (None, None, "reference"), 1, 0, 0, for_loan=False),
    _rule(13, (None, "student", "reference"), 1, 0, 0, for_loan=False),
    _rule(14, (None, "pupil", "reference"), 1, 0, 0, for_loan=False),
    _rule(15, (None, "child", "reference"), 1, 0, 0, for_loan=False),
    _rule(16, (None, "institution", "reference"), 1, 0, 0, for_loan=False),
    _rule(17, (None, "staff", "reference"), 3, 2, 0),
    # The bus comes again after three weeks, whoever borrows and whatever the library's calendar.
    _rule(18, (BUS, None, None), 21, 5, 1, due_mode=DueMode.IGNORE),
)

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
WEEKDAY_HOURS, WEEKEND_HOURS = ("07:30", "17:00"), ("08:00", "17:00")

# Points that are not named follow the one above them; boxes are in use every day.
CLOSED_WEEKDAYS = {
    ROOT: frozenset({MONDAY}),
    BUS: frozenset({MONDAY, SUNDAY}),
    "TH1": frozenset({SATURDAY, SUNDAY}),
    "TH2": frozenset({SATURDAY, SUNDAY}),
    "CS1": frozenset({SATURDAY, SUNDAY}),
    "CS2": frozenset({SATURDAY, SUNDAY}),
    "HOP1": frozenset[int](),
    "HOP2": frozenset[int](),
}


def category_rows() -> Iterator[Row]:
    """The patron categories as the database has them."""
    for code, name, max_loans, needs_guardian in CATEGORIES:
        yield {
            "code": code,
            "name": name,
            "max_loans": max_loans,
            "needs_guardian": needs_guardian,
        }


def item_type_rows() -> Iterator[Row]:
    """The item types as the database has them."""
    return ({"code": code, "name": name} for code, name in ITEM_TYPES)


def weekly_rows() -> Iterator[Row]:
    """Seven days of every point that has hours of its own."""
    for point, closed in CLOSED_WEEKDAYS.items():
        for weekday in range(7):
            opens, closes = WEEKEND_HOURS if weekday >= SATURDAY else WEEKDAY_HOURS
            shut = weekday in closed
            yield {
                "point": point,
                "weekday": weekday,
                "closed": shut,
                "opens": None if shut else opens,
                "closes": None if shut else closes,
            }


def closures(as_of: date) -> list[tuple[date, str]]:
    """Public holidays from the year before `as_of` to two years after it."""
    years = range(as_of.year - 1, as_of.year + 3)
    return sorted(holidays.country_holidays("VN", years=years, language="vi").items())


def exception_rows(as_of: date) -> Iterator[Row]:
    """The holidays, for the root and so for every point below it."""
    for day, title in closures(as_of):
        yield {
            "point": ROOT,
            "first_day": day,
            "last_day": day,
            "yearly": False,
            "closed": True,
            "title": title,
        }


def policy(as_of: date) -> Policy:
    """All of it as the rules see it."""
    closed = [Exceptional(day, day, yearly=False, closed=True) for day, _ in closures(as_of)]
    return Policy(
        points={point.code: as_point(point) for point in POINTS},
        rules={rule.scope: rule for rule in RULES},
        calendar=Calendar(CLOSED_WEEKDAYS, {ROOT: closed}),
    )
