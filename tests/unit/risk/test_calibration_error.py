"""Brier score and calibration error, small cases by hand."""

import numpy as np
import pytest

from mainstay.risk.calibration_error import TABLE, brier, calibration_error, calibration_table


def test_the_brier_score_is_the_mean_squared_difference() -> None:
    assert brier(np.array([0.0, 0.5, 1.0]), np.array([False, True, False])) == pytest.approx((0 + 0.25 + 1) / 3)
    assert brier(np.array([]), np.array([], dtype=bool)) is None


def test_bins_hold_equally_many_rows_and_the_error_is_their_mean_gap() -> None:
    risks = np.array([0.1, 0.2, 0.3, 0.4])
    table = calibration_table(risks, np.array([False, False, True, True]), bins=2)
    assert table.rows() == [(0, 2, pytest.approx(0.15), 0.0, 0.1, 0.2), (1, 2, pytest.approx(0.35), 1.0, 0.3, 0.4)]
    assert calibration_error(table) == pytest.approx((0.15 + 0.65) / 2)


def test_rows_of_equal_risk_are_never_parted_so_their_order_does_not_matter() -> None:
    risks, told = np.array([0.2] * 6 + [0.9] * 2), np.array([True, False] * 4)
    table = calibration_table(risks, told, bins=4)
    backwards = calibration_table(risks[::-1], told[::-1], bins=4)
    assert table.equals(backwards)
    assert table["n"].to_list() == [6, 2]
    assert calibration_error(table) == pytest.approx((6 * 0.3 + 2 * 0.4) / 8)


def test_a_calibrated_score_has_no_error_and_no_rows_no_figure() -> None:
    risks = np.repeat([0.25, 0.75], 4)
    table = calibration_table(risks, np.array([True, False, False, False, True, True, True, False]), bins=2)
    assert calibration_error(table) == 0
    assert calibration_error(TABLE.to_frame()) is None
