"""Grades of calibrated probabilities: against one half, the average, and what can be visited."""

import polars as pl
import pytest

from mainstay.risk.grades import graded, graded_by_rule


def grades(*risks: float | None, capacity: int) -> list[str | None]:
    frame = pl.DataFrame({"risk": pl.Series(risks, dtype=pl.Float64)})
    return frame.select(grade=graded(pl.col("risk"), capacity=capacity))["grade"].to_list()


def test_one_half_is_high_whatever_the_average_and_one_third_is_medium() -> None:
    assert grades(0.5, 0.49, 0.34, 0.33, 0.4, capacity=0) == ["high", "medium", "medium", "low", "medium"]


def test_of_a_rare_target_the_capacity_s_first_are_high_where_they_are_three_times_the_average() -> None:
    rare = [0.08, 0.06, 0.045, 0.03, *[0.01] * 46]
    assert grades(*rare, capacity=2)[:5] == ["high", "high", "medium", "medium", "low"]
    assert grades(*rare, capacity=4)[3] == "medium", "0.03 is not three times the average"


def test_exactly_one_third_is_medium() -> None:
    assert grades(1 / 3, 0.49, capacity=0) == ["medium", "medium"]


def test_exactly_three_and_exactly_twice_the_average_are_enough() -> None:
    assert grades(0.1875, 0.125, *[0.0] * 3, capacity=1)[:2] == ["high", "medium"]


def test_a_rule_s_score_exactly_on_a_bound_has_the_better_grade() -> None:
    frame = pl.DataFrame({"score": [0.5, 0.49, 0.3, 0.29, None]})
    graded_rows = frame.select(graded_by_rule(pl.col("score"), high_from=0.5, medium_from=0.3))
    assert graded_rows["literal"].to_list() == ["high", "medium", "medium", "low", None]


def test_firms_that_share_the_last_place_are_high_only_where_all_of_them_fit() -> None:
    tied = [0.08, 0.06, 0.06, *[0.01] * 47]
    assert grades(*tied, capacity=2)[:3] == ["high", "medium", "medium"]
    assert grades(*tied, capacity=3)[:3] == ["high", "high", "high"]


def test_without_a_risk_there_is_no_grade_and_it_does_not_count_for_the_average() -> None:
    assert grades(0.08, None, 0.01, 0.01, capacity=1) == ["medium", None, "low", "low"]


@pytest.mark.parametrize("capacity", [0, 25])
def test_nobody_to_grade_is_no_error(capacity: int) -> None:
    assert grades(capacity=capacity) == []
