"""Due dates: closed days, holidays, daylight saving, the end of a card, a calendar gone wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.circulation.due_dates import due_day, today_at
from service.circulation.opening_days import SEARCHED_DAYS, Calendar, Exceptional, NoOpenDay
from service.circulation.rules import Point, Policy, Rule
from service.circulation.words import DueMode
from tests.unit.service.circulation.small_library import BRANCH, FALLBACK, HOUSE, policy_of

FAR = date(2099, 12, 31)
MONDAYS = Calendar({"SK": frozenset({0})}, {})
TET = Exceptional(date(2026, 2, 14), date(2026, 2, 22), yearly=False, closed=True)
NATIONAL_DAY = Exceptional(date(2000, 9, 1), date(2000, 9, 2), yearly=True, closed=True)
NEXT_OPEN = replace(FALLBACK, due_mode=DueMode.NEXT_OPEN)
SKIP_CLOSED = replace(FALLBACK, due_mode=DueMode.SKIP_CLOSED)


def due(
    calendar: Calendar, rule: Rule, lent_on: date, expires: date = FAR, point: str = "SK.01"
) -> date:
    return due_day(policy_of(calendar=calendar), rule, point, lent_on, expires)


def test_closed_days_are_ignored_where_the_rule_says_so() -> None:
    assert due(MONDAYS, FALLBACK, date(2026, 3, 2)) == date(2026, 3, 16)


def test_due_on_a_closed_monday_moves_to_tuesday() -> None:
    assert due(MONDAYS, NEXT_OPEN, date(2026, 3, 2)) == date(2026, 3, 17)


def test_due_within_tet_moves_behind_tet() -> None:
    """Behind it lies a Monday, closed as well."""
    calendar = Calendar({"SK": frozenset({0})}, {"SK": [TET]})
    assert due(calendar, NEXT_OPEN, date(2026, 2, 3)) == date(2026, 2, 24)


def test_skipping_closed_days_counts_open_ones_only() -> None:
    calendar = Calendar({}, {"SK": [TET]})
    assert due(calendar, SKIP_CLOSED, date(2026, 2, 13)) == date(2026, 3, 8)


def test_holiday_of_every_year_counts_in_each() -> None:
    calendar = Calendar({}, {"SK": [NATIONAL_DAY]})
    assert due(calendar, NEXT_OPEN, date(2026, 8, 18)) == date(2026, 9, 3)
    assert due(calendar, NEXT_OPEN, date(2031, 8, 18)) == date(2031, 9, 3)


def test_yearly_closing_over_new_year() -> None:
    winter = Exceptional(date(2000, 12, 24), date(2001, 1, 2), yearly=True, closed=True)
    calendar = Calendar({}, {"SK": [winter]})
    assert due(calendar, NEXT_OPEN, date(2026, 12, 12)) == date(2027, 1, 3)


def test_point_opens_where_the_house_above_it_is_closed() -> None:
    fair = Exceptional(date(2026, 2, 17), date(2026, 2, 17), yearly=False, closed=False)
    calendar = Calendar({}, {"SK": [TET], "SK.01": [fair]})
    assert due(calendar, NEXT_OPEN, date(2026, 2, 3)) == date(2026, 2, 17)
    assert due(calendar, NEXT_OPEN, date(2026, 2, 3), point="SK") == date(2026, 2, 23)


def test_point_with_weekdays_of_its_own_does_not_follow_the_house() -> None:
    calendar = Calendar({"SK": frozenset({0}), "SK.01": frozenset()}, {})
    assert due(calendar, NEXT_OPEN, date(2026, 3, 2)) == date(2026, 3, 16)


def test_loan_ends_with_the_card() -> None:
    assert due(MONDAYS, NEXT_OPEN, date(2026, 3, 3), date(2026, 3, 10)) == date(2026, 3, 10)


def test_card_that_ends_on_a_closed_day_is_due_on_the_open_day_before() -> None:
    assert due(MONDAYS, NEXT_OPEN, date(2026, 3, 3), date(2026, 3, 9)) == date(2026, 3, 8)


def test_card_does_not_cap_where_the_rule_says_so() -> None:
    rule = replace(NEXT_OPEN, due_by_card_expiry=False)
    assert due(MONDAYS, rule, date(2026, 3, 3), date(2026, 3, 10)) == date(2026, 3, 17)


def test_calendar_without_an_open_day_is_an_error_and_no_endless_search() -> None:
    closed = Calendar({"SK": frozenset(range(7))}, {})
    with pytest.raises(NoOpenDay):
        due(closed, NEXT_OPEN, date(2026, 3, 2))
    with pytest.raises(NoOpenDay):
        due(closed, SKIP_CLOSED, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 16, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 17, 0, tzinfo=UTC), date(2026, 3, 2)),  # midnight at UTC+7
    ],
)
def test_today_is_the_date_on_the_wall_of_the_point(moment: datetime, day: date) -> None:
    assert today_at(policy_of(), "SK", int(moment.timestamp() * 1000)) == day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),  # 23:59, winter time
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # 23:59, summer time
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # the day of 25 hours
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_day_with_daylight_saving_change_ends_at_its_own_midnight(
    moment: datetime, day: date
) -> None:
    points = [Point("B", None, "Bibliothek", "Europe/Berlin")]
    assert today_at(policy_of(points=points), "B", int(moment.timestamp() * 1000)) == day


weekdays = st.frozensets(st.integers(0, 6), max_size=6)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(weekdays, days, st.sampled_from(list(DueMode)), st.integers(1, 60), st.integers(-5, 90))
def test_due_day_is_never_before_lending_nor_behind_the_card_nor_closed(
    closed: frozenset[int], lent_on: date, mode: DueMode, loan_days: int, card_days: int
) -> None:
    rule = replace(FALLBACK, due_mode=mode, loan_days=loan_days)
    expires = lent_on + timedelta(days=card_days)
    policy: Policy = policy_of(calendar=Calendar({HOUSE.code: closed}, {}))
    result = due_day(policy, rule, BRANCH.code, lent_on, expires)
    assert lent_on <= result <= max(lent_on, expires)
    assert result - lent_on <= timedelta(days=loan_days * SEARCHED_DAYS)
    if mode is not DueMode.IGNORE and result > lent_on:
        assert result.weekday() not in closed
    assert due_day(policy, rule, BRANCH.code, lent_on, expires) == result
