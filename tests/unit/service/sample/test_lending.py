"""Rules and opening days: the fallback stands, every row decides something."""

from datetime import date, timedelta
from itertools import product

import pytest

from service.circulation.due_dates import due_day
from service.sample.lending import (
    CATEGORIES,
    CLOSED_WEEKDAYS,
    ITEM_TYPES,
    RULES,
    closures,
    policy,
    weekly_rows,
)
from service.sample.points import BUS, POINTS, ROOT

AS_OF = date(2026, 11, 18)
POLICY = policy(AS_OF)
POINT_CODES = [point.code for point in POINTS]
CATEGORY_CODES = [category[0] for category in CATEGORIES]
TYPE_CODES = [item_type[0] for item_type in ITEM_TYPES]


def test_every_rule_decides_for_somebody() -> None:
    asked = product(POINT_CODES, CATEGORY_CODES, TYPE_CODES)
    deciding = {rule.id for rule in (POLICY.rule_for(*scope) for scope in asked) if rule}
    assert deciding == {rule.id for rule in RULES}


def test_there_is_one_fallback_row_and_no_scope_stands_twice() -> None:
    assert [rule.scope for rule in RULES].count((None, None, None)) == 1
    assert len({rule.scope for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("category", sorted(set(CATEGORY_CODES) - {"staff"}))
def test_reference_books_stay_in_the_library_but_for_staff(category: str) -> None:
    rule = POLICY.rule_for(ROOT, category, "reference")
    assert rule is not None
    assert not rule.for_loan


@pytest.mark.parametrize("point", sorted(POINT_CODES))
def test_every_point_has_an_open_day_within_a_fortnight_all_year(point: str) -> None:
    way_up = POLICY.way_up(point)
    for number in range(365):
        day = AS_OF + timedelta(days=number)
        assert POLICY.calendar.next_open(way_up, day) - day < timedelta(days=14)


def test_libraries_are_closed_on_mondays_and_in_the_tet_week() -> None:
    calendar, way_up = POLICY.calendar, POLICY.way_up("BX")
    assert calendar.is_closed(way_up, date(2026, 11, 23))
    assert calendar.is_closed(way_up, date(2027, 2, 6))
    assert not calendar.is_closed(way_up, date(2026, 11, 21))


def test_a_due_date_moves_over_the_day_of_culture_to_the_next_open_day() -> None:
    rule = POLICY.rule_for(ROOT, "adult", "book")
    assert rule is not None
    lent_on = date(2026, 11, 10)
    assert lent_on + timedelta(days=rule.loan_days) == date(2026, 11, 24)
    assert due_day(POLICY, rule, ROOT, lent_on, date(2027, 12, 31)) == date(2026, 11, 25)


def test_the_bus_comes_again_after_three_weeks_whoever_borrows() -> None:
    rules = {POLICY.rule_for(BUS, category, "book") for category in CATEGORY_CODES}
    assert [rule.loan_days for rule in rules if rule] == [21]


def test_holidays_cover_the_longest_loan_that_can_begin() -> None:
    days = [day for day, _ in closures(AS_OF)]
    assert min(days).year == 2025
    assert max(days).year == 2028
    assert (date(2026, 11, 24), "Ngày Văn hóa Việt Nam") in closures(AS_OF)


def test_a_point_with_hours_of_its_own_has_all_seven_days() -> None:
    rows = list(weekly_rows())
    assert len(rows) == 7 * len(CLOSED_WEEKDAYS)
    assert all((row["opens"] is None) == row["closed"] for row in rows)


def test_points_stand_below_points_that_came_before() -> None:
    seen: set[str | None] = {None}
    for point in POINTS:
        assert point.parent in seen
        seen.add(point.code)
