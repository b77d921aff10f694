"""Drift is told where there are enough firms, and only there."""

import numpy as np
import polars as pl
import pytest

from mainstay.risk.drift import NOT_ENOUGH, base_rate_change, drift, population_stability


def normal(size: int, shift: float = 0.0, seed: int = 1) -> pl.DataFrame:
    return pl.DataFrame({"risk": np.random.default_rng(seed).normal(shift, 1, size)})


def test_twelve_firms_raise_no_alarm_however_far_they_moved() -> None:
    [line] = drift(normal(500), normal(12, shift=9), ["risk"]).to_dicts()
    assert (line["result"], line["value"], line["now_n"]) == (NOT_ENOUGH, None, 12)


@pytest.mark.parametrize(("shift", "result"), [(0.0, "stable"), (0.4, "slight shift"), (2.0, "shifted")])
def test_a_shift_of_the_distribution_is_graded(shift: float, result: str) -> None:
    [line] = drift(normal(2000), normal(2000, shift, seed=2), ["risk"]).to_dicts()
    assert line["result"] == result


def test_the_index_is_that_of_the_formula() -> None:
    # Two bins, [below the median, above it], and none unknown; half a row is added to each.
    then, now = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0, 4.0])
    shares = np.array([2.5, 2.5, 0.5]) / 5.5, np.array([3.5, 1.5, 0.5]) / 5.5
    expected = sum((b - a) * np.log(b / a) for a, b in zip(*shares, strict=True))
    assert population_stability(then, now, bins=2) == pytest.approx(expected)


def test_a_feature_that_is_no_longer_known_has_shifted() -> None:
    known = pl.DataFrame({"invoiced": [float(number) for number in range(200)]})
    unknown = pl.DataFrame({"invoiced": [None] * 200}, schema={"invoiced": pl.Float64})
    assert drift(known, unknown, ["invoiced"])["result"].to_list() == ["shifted"]


@pytest.mark.parametrize(
    ("then", "now", "result"),
    [
        ([True] * 20 + [False] * 180, [True] * 24 + [False] * 176, "stable"),
        ([True] * 20 + [False] * 180, [True] * 60 + [False] * 140, "shifted"),
        ([True] * 20 + [False] * 180, [True] * 9 + [False] * 191, NOT_ENOUGH),
        ([True] * 20 + [False] * 180, [True] * 20 + [None] * 180, NOT_ENOUGH),
    ],
)
def test_a_change_of_the_base_rate_needs_rows_and_events(then: list[bool], now: list[bool | None], result: str) -> None:
    labels = pl.Series(then, dtype=pl.Boolean), pl.Series(now, dtype=pl.Boolean)
    assert base_rate_change(*labels)["result"].item() == result
