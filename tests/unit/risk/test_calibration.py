"""Calibration: better probabilities, the same order, the same parts."""

import numpy as np
import pytest

from mainstay.risk.calibration import LEAST_SLOPE, Calibration, rate_shift
from mainstay.risk.calibration_error import calibration_error, calibration_table
from mainstay.risk.matrix import Flags, Floats


def sample(rows: int = 20_000, seed: int = 1) -> tuple[Floats, Flags]:
    """True log-odds, and labels drawn from them."""
    drawn = np.random.default_rng(seed)
    odds = drawn.normal(-2, 1, rows)
    return odds, drawn.random(rows) < 1 / (1 + np.exp(-odds))


def test_scores_that_are_too_bold_become_honest() -> None:
    odds, label = sample()
    bold = 2.5 * odds + 1
    found = Calibration.fit(bold, label)
    fresh_odds, fresh = sample(seed=2)
    before = calibration_error(calibration_table(1 / (1 + np.exp(-(2.5 * fresh_odds + 1))), fresh))
    after = calibration_error(calibration_table(found.probability(2.5 * fresh_odds + 1), fresh))
    assert before > 0.05
    assert after < 0.01
    assert found.slope == pytest.approx(1 / 2.5, rel=0.05)


def test_the_order_stays_without_ties() -> None:
    odds, label = sample(2_000)
    found = Calibration.fit(odds, label)
    assert (np.diff(found.probability(np.sort(odds))) > 0).all()


@pytest.mark.parametrize("sign", [0, -1])
def test_a_score_that_says_nothing_or_the_opposite_falls_to_the_base_rate(sign: int) -> None:
    odds, label = sample()
    score = -odds if sign else np.random.default_rng(9).normal(size=len(odds))
    found = Calibration.fit(score, label)
    assert 0.9 * LEAST_SLOPE < found.slope < 0.1
    assert found.probability(score).mean() == pytest.approx(label.mean(), abs=1e-3)
    assert np.ptp(found.probability(score)) < 0.15


def test_a_ranker_of_any_scale_can_be_calibrated() -> None:
    odds, label = sample()
    found = Calibration.fit(1e6 * (odds + 5), label)
    assert calibration_error(calibration_table(found.probability(1e6 * (odds + 5)), label)) < 0.01


def test_the_mean_can_be_moved_to_another_base_rate() -> None:
    odds, label = sample()
    found = Calibration.fit(odds, label).centred(odds, 0.3)
    assert found.probability(odds).mean() == pytest.approx(0.3, abs=1e-6)


def test_equal_base_rates_need_no_shift_and_a_higher_one_shifts_up() -> None:
    assert rate_shift(0.1, validated=0.1, taught=0.1, slope=0.8) == pytest.approx(0)
    assert rate_shift(0.2, validated=0.1, taught=0.2, slope=0.8) > 0.5
