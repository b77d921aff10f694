"""Calendar months, for every package: counting on and between them, their days and their ends.

A month stands as its first day; where a day is taken, it stands for the month that holds it.
"""

import calendar
from datetime import date, timedelta
from functools import cache

import polars as pl


def months_between(earlier: date, later: date) -> int:
    """Return how many calendar months the later day's month is after the earlier day's."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


@cache
def add_months(day: date, count: int) -> date:
    """Return the first day of the month `count` months after the one that holds the day (before it if negative)."""
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_from(first: date, count: int) -> tuple[date, ...]:
    """Return `count` months in order, beginning with the one that holds `first`."""
    return tuple(add_months(first, step) for step in range(count))


@cache
def last_day(day: date) -> date:
    """Return the last day of the month that holds the day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> list[date]:
    """Return the last days of all months from one day's to another's."""
    return [last_day(month) for month in months_from(first, months_between(first, last) + 1)]


@cache
def day_of(month: date, number: int) -> date:
    """Return the day of that number, or the last day of a shorter month."""
    return min(month.replace(day=1) + timedelta(days=number - 1), last_day(month))


def months_after(day: date, count: int) -> date:
    """Return the same day so many months later (earlier if negative), or the last of a month that lacks it."""
    return day_of(add_months(day, count), day.day)


def quarter_start(day: date) -> date:
    """Return the first day of the calendar quarter that holds the day."""
    return add_months(day, -((day.month - 1) % 3))


def month_number(day: pl.Expr) -> pl.Expr:
    """Number months through the years (year * 12 + month - 1), so that their difference is one in months."""
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1
