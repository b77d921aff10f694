from datetime import date

import pytest

from mainstay.extracts.periods import read_date, read_month

MAY = date(2022, 5, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2022年5月", "2022年05月", "2022 年 5 月", "２０２２年５月", "2022年5月份", "2022年5", "202205", "2022-05",
        "2022-5", "2022/05", " 2022/05 ", "2022.5", "2022/5/1", "2022-05-31", "2022年5月17日", "20220517",
        "2022-05-01 00:00:00", "2022/5/1 13:05", "2022-05-01至2022-05-31", "2022/05/01-2022/05/31", "202205-202205",
    ],
)  # fmt: skip
def test_a_month_is_read_in_every_style_that_occurs(text: str) -> None:
    assert read_month(text) == (MAY, None)


@pytest.mark.parametrize(
    "text",
    [
        "1-5月", "1－5月", "1月-5月", "1至5月", "2022年1-5月", "2022年1—5月", "2022年1月至5月", "2022年1月-2022年5月",
        "2022-1-5月", "2022.01-05", "202201-202205", "2022-01-2022-05", "2022-01-01至2022-05-31", "2022年1-5月(累计)",
        "2022年1季度", "2022年一季度", "2022Q1", "2022年上半年",
    ],
)  # fmt: skip
def test_a_cumulative_period_is_never_taken_for_a_month(text: str) -> None:
    assert read_month(text) == (None, "CUMULATIVE_PERIOD")


@pytest.mark.parametrize(
    "text", ["2022", "5月", "202213", "2022-00", "20220230", "abc", "22-05", "1822-05", "44682", "0"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    assert read_month(text) == (None, "BAD_PERIOD")


def test_five_digits_are_a_date_in_a_sheet_only() -> None:
    assert read_month("44682", serials=True) == (MAY, None)
    assert read_date("44682", serials=True) == (MAY, None)
    assert read_date("44682.75", serials=True) == (MAY, None)
    assert read_date("44682") == (None, "BAD_DATE")
    assert read_date("12345", serials=True) == (None, "BAD_DATE")
    assert read_month("202205", serials=True) == (MAY, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-05-17", date(2022, 5, 17)),
        ("2022/5/7", date(2022, 5, 7)),
        ("20220517", date(2022, 5, 17)),
        ("2022年5月17日", date(2022, 5, 17)),
        ("2022.5.17", date(2022, 5, 17)),
        ("2022-05-17T08:30:00", date(2022, 5, 17)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_a_day_is_read_in_every_style_that_occurs(text: str, day: date) -> None:
    assert read_date(text) == (day, None)


@pytest.mark.parametrize("text", ["2022-02-30", "2022-05", "2022-13-01", "17/05/2022", "0000-01-01", "2022-05/17"])
def test_what_is_no_day_is_refused(text: str) -> None:
    assert read_date(text) == (None, "BAD_DATE")


def test_a_bare_month_stands_for_the_edge_of_a_period() -> None:
    assert read_date("2022-02", edge="first") == (date(2022, 2, 1), None)
    assert read_date("2022-02", edge="last") == (date(2022, 2, 28), None)
