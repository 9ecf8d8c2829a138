"""On which days a point is open.

A point without closed weekdays of its own follows the nearest one above it that has some; of the
exceptions that name a day, one at the nearest point counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

ONE_DAY = timedelta(days=1)
SEARCHED_DAYS = 366


class NoOpenDay(Exception):
    """The calendar has no open day within a year: it is wrong."""


class Exceptional(Struct, frozen=True):
    """Days that are not as their weekday is; `yearly` compares day and month only."""

    first: date
    last: date
    yearly: bool
    closed: bool

    def names(self, day: date) -> bool:
        """Whether this exception speaks of the day; a yearly one may run over New Year."""
        if not self.yearly:
            return self.first <= day <= self.last
        first, last, at = _in_year(self.first), _in_year(self.last), _in_year(day)
        return first <= at <= last if first <= last else at >= first or at <= last


def _in_year(day: date) -> tuple[int, int]:
    return day.month, day.day


class Calendar(Struct, frozen=True):
    """Closed weekdays (0 is Monday) and exceptions, of the points that have some."""

    closed_weekdays: Mapping[str, frozenset[int]]
    exceptions: Mapping[str, Sequence[Exceptional]]

    def is_closed(self, way_up: Sequence[str], day: date) -> bool:
        """`way_up`: the point and those above it, nearest first."""
        for point in way_up:
            for exception in self.exceptions.get(point, ()):
                if exception.names(day):
                    return exception.closed
        for point in way_up:
            if point in self.closed_weekdays:
                return day.weekday() in self.closed_weekdays[point]
        return False

    def next_open(self, way_up: Sequence[str], day: date) -> date:
        """The day itself when open, else the first open one after it; raises NoOpenDay."""
        for _ in range(SEARCHED_DAYS):
            if not self.is_closed(way_up, day):
                return day
            day += ONE_DAY
        raise NoOpenDay(f"{'/'.join(way_up)} has no open day in the year before {day}")

    def last_open(self, way_up: Sequence[str], earliest: date, day: date) -> date:
        """The day itself when open, else the last open one before it, `earliest` at worst."""
        while day > earliest and self.is_closed(way_up, day):
            day -= ONE_DAY
        return day
