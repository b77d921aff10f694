"""Origins as typed, and which earlier ones a model may learn from."""

from datetime import date

import pytest

from mainstay.errors import UsageError
from mainstay.months import month_ends
from mainstay.risk.origins import Calendar, parse_origins, read_question

TODAY = date(2016, 9, 5)


def test_months_and_ranges_are_read_once_each_and_in_order() -> None:
    assert parse_origins("2016-03..2016-05, 2015-12,2016-04") == (
        date(2015, 12, 31),
        date(2016, 3, 31),
        date(2016, 4, 30),
        date(2016, 5, 31),
    )


@pytest.mark.parametrize(
    ("target", "origins", "horizon", "hint"),
    [
        ("declin", "2016-03", 6, "did you mean 'decline'?"),
        ("decline", "2016-03", 5, "3, 6, 12"),
        ("decline", "", 6, "2016-03..2016-08"),
        ("decline", "2016-13", 6, "2016-03..2016-08"),
        ("decline", "2016-3", 6, "2016-03..2016-08"),
        ("decline", "2016-05..2016-03", 6, "2016-03..2016-08"),
        ("decline", "2016-03..", 6, "2016-03..2016-08"),
        ("decline", "2016-09", 6, "today is 2016-09-05"),
    ],
)
def test_what_cannot_be_asked_is_told_with_a_hint(target: str, origins: str, horizon: int, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_question(target, horizon, origins, TODAY)
    assert hint in refused.value.hint


def calendar() -> Calendar:
    """Receipts from 2014-08 on; at a month's end the month before is the last closed one."""
    ends = month_ends(date(2014, 9, 1), date(2016, 8, 1))
    closed = [None, *(day.replace(day=1) for day in ends[:-1])]
    return Calendar.of(
        {"as_of_date": day, "last_closed": month, "first_covered": date(2014, 8, 1)}
        for day, month in zip(ends, closed, strict=True)
    )


def test_the_first_origin_is_the_first_with_twelve_months_before_it() -> None:
    assert min(calendar().closed) == date(2015, 8, 31)
    with pytest.raises(UsageError) as refused:
        calendar().check([date(2015, 7, 31), date(2016, 9, 30)])
    assert "2015-07, 2016-09" in refused.value.where
    assert "first possible origin is 2015-08, the last one 2016-08" in refused.value.hint
    with pytest.raises(UsageError, match="land more extracts"):
        Calendar({}).check([date(2015, 7, 31)])


def test_an_origin_is_judged_once_its_window_was_over() -> None:
    # At 2016-03-31 February is closed: the windows of six months that follow July and August 2015 were over.
    assert calendar().matured(6, date(2016, 3, 31)) == [date(2015, 8, 31), date(2015, 9, 30)]
    assert calendar().matured(6, date(2016, 1, 31)) == []
    assert calendar().matured(3, date(2015, 11, 30)) == [date(2015, 8, 31)]
    assert calendar().matured(3, date(2014, 9, 30)) == []


def test_a_model_may_learn_from_windows_half_of_which_was_over_at_its_origin() -> None:
    # At 2016-03-31 February is closed: of the six months that follow the last closed one of November, three were over.
    assert calendar().taught(6, date(2016, 3, 31)) == month_ends(date(2015, 8, 1), date(2015, 12, 1))
    assert calendar().taught(6, date(2015, 10, 31)) == []
    # Of three months half are two.
    assert calendar().taught(3, date(2015, 11, 30)) == [date(2015, 8, 31), date(2015, 9, 30)]
    assert calendar().taught(3, date(2015, 9, 30)) == []
