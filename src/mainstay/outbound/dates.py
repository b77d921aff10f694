"""Calendar months between days."""

import calendar
from datetime import date


def months_between(first: date, second: date) -> int:
    """Return how many calendar months the second day's month is after the first day's."""
    return (second.year - first.year) * 12 + second.month - first.month


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later (earlier if negative), or the last of a month that lacks it."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
