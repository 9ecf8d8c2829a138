"""Dates and times as people read them; each language's catalogue holds its own pattern."""

from datetime import date, datetime

from ui.presenter.catalogue import Catalogue, Words, vi

WEEKDAYS = (
    vi("Thứ Hai"),
    vi("Thứ Ba"),
    vi("Thứ Tư"),
    vi("Thứ Năm"),
    vi("Thứ Sáu"),
    vi("Thứ Bảy"),
    vi("Chủ Nhật"),
)
MONTHS = (
    vi("tháng 1"),
    vi("tháng 2"),
    vi("tháng 3"),
    vi("tháng 4"),
    vi("tháng 5"),
    vi("tháng 6"),
    vi("tháng 7"),
    vi("tháng 8"),
    vi("tháng 9"),
    vi("tháng 10"),
    vi("tháng 11"),
    vi("tháng 12"),
)


def short_date(words: Catalogue, day: date) -> str:
    """`02/12/2026`."""
    month = words.short(MONTHS[day.month - 1])
    pattern = vi("{day:02}/{month:02}/{year}")
    return words.short(pattern, day=day.day, month=day.month, year=day.year, month_name=month)


def weekday(words: Catalogue, day: date) -> str:
    """`Thứ Tư`."""
    return words.short(WEEKDAYS[day.weekday()])


def long_date(words: Catalogue, day: date) -> Words:
    """`Thứ Tư, 18/11/2026`, or the day alone where that is too long."""
    return words.say(
        vi("{weekday}, {date}|{date}"), weekday=weekday(words, day), date=short_date(words, day)
    )


def clock_time(moment: datetime) -> str:
    """`09:24`."""
    return f"{moment:%H:%M}"
