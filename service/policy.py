"""Reads the library's policy: points, rules, calendar."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from service.circulation.opening_days import Calendar, Exceptional
from service.circulation.rules import Point, Policy, Rule
from service.circulation.words import DueMode
from service.database.connection import Reader

POLICY_MS = 10_000

POINTS = "SELECT code, parent, name, time_zone FROM points"
RULES = (
    "SELECT id, point, category, item_type, for_loan, loan_days, due_mode, max_loans, renewals,"
    " renew_from_days_before_due, renew_overdue, due_by_card_expiry FROM rules"
)
WEEK = "SELECT point, weekday, closed FROM calendar_weekly"
EXCEPTIONS = (
    "SELECT point, CAST(first_day AS TEXT), CAST(last_day AS TEXT), yearly, closed"
    " FROM calendar_exception ORDER BY id"
)


class CurrentPolicy:
    """The policy, read anew when it may have changed. Owner: the thread of the reader."""

    def __init__(self, reader: Reader, clock: Callable[[], int]) -> None:
        self._reader = reader
        self._clock = clock
        self._policy = read_policy(reader)
        self._read_at_ms = clock()

    def now(self) -> Policy:
        """A changed rule or opening day holds after POLICY_MS at the latest."""
        if abs(self._clock() - self._read_at_ms) >= POLICY_MS:
            self._policy, self._read_at_ms = read_policy(self._reader), self._clock()
        return self._policy


def read_policy(reader: Reader) -> Policy:
    """The policy as it stands now."""
    points = (Point(*row) for row in reader.all(POINTS))
    rules = [_rule_from(row) for row in reader.all(RULES)]
    return Policy(
        points={point.code: point for point in points},
        rules={rule.scope: rule for rule in rules},
        calendar=Calendar(_closed_weekdays(reader), _exceptions(reader)),
    )


def _rule_from(row: tuple[Any, ...]) -> Rule:
    number, point, category, item_type, for_loan, days, due_mode, *others = row
    return Rule(number, point, category, item_type, for_loan, days, DueMode(due_mode), *others)


def _closed_weekdays(reader: Reader) -> dict[str, frozenset[int]]:
    closed: defaultdict[str, set[int]] = defaultdict(set)
    for point, weekday, is_closed in reader.all(WEEK):
        closed[point] |= {weekday} if is_closed else set()
    return {point: frozenset(weekdays) for point, weekdays in closed.items()}


def _exceptions(reader: Reader) -> dict[str, list[Exceptional]]:
    """Shorter exceptions first: one open day within closed weeks is open."""
    by_point: defaultdict[str, list[Exceptional]] = defaultdict(list)
    for point, first, last, yearly, closed in reader.all(EXCEPTIONS):
        days = date.fromisoformat(first), date.fromisoformat(last)
        by_point[point].append(Exceptional(*days, bool(yearly), bool(closed)))
    for exceptions in by_point.values():
        exceptions.sort(key=lambda days: days.last - days.first)
    return dict(by_point)
