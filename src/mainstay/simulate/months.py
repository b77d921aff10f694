"""Months as their first day."""

import calendar
from datetime import date, timedelta
from functools import cache


@cache
def add_months(month: date, count: int) -> date:
    """Return the first day of the month `count` months after the one that holds `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_from(first: date, count: int) -> tuple[date, ...]:
    """Return `count` months in order, beginning with the one that holds `first`."""
    return tuple(add_months(first, step) for step in range(count))


@cache
def last_day(month: date) -> date:
    """Return the last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def months_between(earlier: date, later: date) -> int:
    """Return how many months `later` lies after `earlier`."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


@cache
def day_of(month: date, number: int) -> date:
    """Return the day of that number, or the last day of a shorter month."""
    return min(month.replace(day=1) + timedelta(days=number - 1), last_day(month))
