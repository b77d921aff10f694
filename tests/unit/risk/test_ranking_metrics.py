"""Tie bounds against every order that the ties allow, and small cases written out."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.risk import ranking_metrics as metrics
from mainstay.risk.matrix import Flags, Floats, Integers
from mainstay.risk.ranking_metrics import Bounds, ranks

NAN = float("nan")


def scores(*values: float | None) -> Floats:
    return np.array([NAN if value is None else value for value in values], dtype=np.float64)


def labels(text: str) -> Flags:
    return np.array([letter == "x" for letter in text])


def cents(*values: int) -> Integers:
    return np.array(values, dtype=np.int64)


def every_order(given_scores: list[int], values: list[int], k: int) -> list[int]:
    """The sums of the first k over all orders in which no higher score stands behind a lower one."""
    rows = list(zip(given_scores, values, strict=True))
    return [
        sum(value for _, value in order[:k])
        for order in permutations(rows)
        if all(first[0] >= second[0] for first, second in pairwise(order))
    ]


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=6),
    k=st.integers(1, 8),
)
def test_the_bounds_at_k_are_those_of_all_orders_that_the_ties_allow(rows: list[tuple[int, int]], k: int) -> None:
    given_scores, values = [row[0] for row in rows], [row[1] for row in rows]
    sums = every_order(given_scores, values, k)
    taken = metrics.taken_at(ranks(scores(*given_scores)), cents(*values), k)
    assert (taken.worst, taken.best) == (min(sums), max(sums))
    assert taken.expected == pytest.approx(sum(sums) / len(sums))


@given(rows=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=2, max_size=12))
def test_auc_counts_pairs_and_average_precision_thresholds(rows: list[tuple[int, bool]]) -> None:
    ranked, told = ranks(scores(*(row[0] for row in rows))), np.array([row[1] for row in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a, x in rows if x for b, y in rows if not y]
    assert metrics.auc(ranked, told) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)
    area, before = 0.0, 0
    for threshold in sorted({row[0] for row in rows}, reverse=True):
        entered = [x for score, x in rows if score >= threshold]
        area += (sum(entered) - before) / max(sum(told), 1) * sum(entered) / len(entered)
        before = sum(entered)
    assert metrics.average_precision(ranked, told) == (pytest.approx(area) if told.any() else None)


def test_precision_and_recall_of_a_small_list_are_as_counted_by_hand() -> None:
    # Above: one true. Two places for the three that tie, of which one is true.
    ranked, told = ranks(scores(9, 5, 5, 5, 1)), labels("x-x-x")
    assert metrics.precision_at(ranked, told, 3) == Bounds(1 / 3, (1 + 2 / 3) / 3, 2 / 3)
    assert metrics.recall_at(ranked, told, 3) == Bounds(1 / 3, (1 + 2 / 3) / 3, 2 / 3)
    assert metrics.precision_at(ranked, told, 1) == Bounds(1, 1, 1)


def test_a_list_longer_than_the_cohort_is_the_cohort() -> None:
    ranked, told = ranks(scores(2, 1)), labels("x-")
    assert metrics.precision_at(ranked, told, 25) == Bounds(0.5, 0.5, 0.5)
    assert metrics.recall_at(ranked, told, 25) == Bounds(1, 1, 1)


def test_captured_loss_is_a_share_of_what_the_best_list_of_that_length_would_hold() -> None:
    ranked, losses = ranks(scores(3, 2, 2, 1)), cents(100, 0, 300, 600)
    assert metrics.captured_at(ranked, losses, 1) == Bounds(1 / 6, 1 / 6, 1 / 6)
    assert metrics.captured_at(ranked, losses, 2) == Bounds(100 / 900, 250 / 900, 400 / 900)
    assert metrics.captured_at(ranked, losses, 4) == Bounds(1, 1, 1)


def test_without_rows_true_labels_or_loss_there_is_no_figure() -> None:
    nothing = ranks(scores())
    assert metrics.precision_at(nothing, labels(""), 5) is None
    assert metrics.recall_at(ranks(scores(1)), labels("-"), 5) is None
    assert metrics.captured_at(ranks(scores(1)), cents(0), 5) is None
    assert metrics.average_precision(ranks(scores(1)), labels("-")) is None
    assert metrics.auc(ranks(scores(1)), labels("x")) is None


def test_rows_without_a_score_stand_last_and_tie() -> None:
    assert ranks(scores(None, -5, 0, None, 0)).tolist() == [0, 1, 2, 0, 2]


def test_a_score_without_information_is_worth_the_base_rate() -> None:
    told = metrics.at_every_k(scores(*[1.0] * 10), labels("xx--------"), cents(*[5, 5] + [0] * 8), (5,))
    assert told["auc"] == 0.5
    assert told["average_precision"] == pytest.approx(0.2)
    assert told["at"]["5"]["precision"] == {"worst": 0.0, "expected": 0.2, "best": 0.4}


def test_the_gain_curve_counts_ties_at_random() -> None:
    curve = metrics.captured_by_k(ranks(scores(2, 1, 1)), cents(50, 50, 0), np.array([0, 1, 2, 3, 9]))
    assert curve.tolist() == [0, 0.5, 0.75, 1, 1]
