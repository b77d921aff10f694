from datetime import date

import polars as pl
import pytest

from mainstay.months import day_of, month_ends, month_number, months_after, months_between, months_from, quarter_start


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [("2022-01-31", 1, "2022-02-28"), ("2022-03-31", -12, "2021-03-31"), ("2024-02-29", 12, "2025-02-28")],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day: str, months: int, after: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)


def test_months_are_counted_across_the_ends_of_years() -> None:
    assert months_from(date(2015, 12, 5), 3) == (date(2015, 12, 1), date(2016, 1, 1), date(2016, 2, 1))
    assert months_between(date(2015, 12, 31), date(2016, 2, 1)) == 2
    assert month_ends(date(2015, 12, 5), date(2016, 2, 1)) == [date(2015, 12, 31), date(2016, 1, 31), date(2016, 2, 29)]


def test_a_number_that_a_month_lacks_is_its_last_day() -> None:
    assert day_of(date(2022, 2, 14), 30) == date(2022, 2, 28)


@pytest.mark.parametrize(("day", "start"), [("2022-03-31", "2022-01-01"), ("2022-04-01", "2022-04-01")])
def test_a_quarter_starts_in_january_april_july_or_october(day: str, start: str) -> None:
    assert quarter_start(date.fromisoformat(day)) == date.fromisoformat(start)


def test_numbers_of_months_differ_as_the_months_do() -> None:
    days = pl.DataFrame({"day": [date(2015, 12, 31), date(2016, 1, 1)]})
    assert days.select(month_number(pl.col("day"))).to_series().to_list() == [2015 * 12 + 11, 2016 * 12]
