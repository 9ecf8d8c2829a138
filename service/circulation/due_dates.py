"""When a loan is due: local days of the item's point; a loan runs to the end of its day."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from service.circulation.opening_days import ONE_DAY
from service.circulation.rules import Policy, Rule
from service.circulation.words import DueMode


@lru_cache(maxsize=256)
def local_day(at_ms: int, time_zone: str) -> date:
    """The date on the wall of a point."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.astimezone(ZoneInfo(time_zone)).date()


def today_at(policy: Policy, point: str, at_ms: int) -> date:
    """The local date of a point; UTC's for a point that the library does not know."""
    known = policy.points.get(point)
    return local_day(at_ms, known.time_zone if known else "UTC")


def due_day(policy: Policy, rule: Rule, point: str, lent_on: date, expires: date) -> date:
    """The last day of a loan that begins on `lent_on`, never before that day.

    `expires`: the patron's last day, which caps the loan where the rule says so.
    Raises NoOpenDay where the calendar leaves none.
    """
    due = _end_of_term(policy, rule, point, lent_on)
    if rule.due_by_card_expiry and expires < due:
        due = policy.calendar.last_open(policy.way_up(point), lent_on, expires)
    return max(due, lent_on)


def _end_of_term(policy: Policy, rule: Rule, point: str, lent_on: date) -> date:
    """Remembered in the policy: a whole set of loans asks the same."""
    key = rule.id, point, lent_on
    if key not in policy.ends_of_term:
        policy.ends_of_term[key] = _counted(policy, rule, point, lent_on)
    return policy.ends_of_term[key]


def _counted(policy: Policy, rule: Rule, point: str, lent_on: date) -> date:
    way_up, calendar = policy.way_up(point), policy.calendar
    if rule.due_mode is DueMode.IGNORE:
        return lent_on + timedelta(days=rule.loan_days)
    if rule.due_mode is DueMode.NEXT_OPEN:
        return calendar.next_open(way_up, lent_on + timedelta(days=rule.loan_days))
    day = lent_on
    for _ in range(rule.loan_days):
        day = calendar.next_open(way_up, day + ONE_DAY)
    return day
