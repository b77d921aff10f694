"""Calibration that keeps the order and the sum: a line on the log-odds (Platt 1999).

A line keeps the score additive: calibrated log-odds = base value + the concepts' contributions, all times one slope.
Isotonic regression is out: its steps make ties, which a list of limited length cannot use.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mainstay.risk.estimators.newton import logistic, map_logistic
from mainstay.risk.matrix import Flags, Floats

LEAST_SLOPE = 0.05
"""In log-odds per standard deviation of the raw score. One that says nothing, or the opposite, is flattened to nearly
the base rate; its order stays, without ties."""
_SLOPE_PRECISION = 4.0
"""Prior standard deviation of 0.5 around a slope of 1: with few events the scores are taken as they are."""
_RATE_PRECISION = 1e-6


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = intercept + slope x raw.

    Args:
        slope: Above 0.
        intercept: In log-odds.
    """

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def fit(cls, raw: Floats, label: Flags, weight: Floats | None = None) -> Self:
        """Learn from raw scores of rows that the estimator has not seen.

        Args:
            raw: Out-of-sample scores; they are standardised inside, so a ranker's scale does not matter.
            label: Whether it happened.
            weight: How much a row counts.
        """
        counted = np.ones(len(raw)) if weight is None else weight
        centre, scale = float(raw.mean()), float(raw.std()) or 1.0
        found = map_logistic(
            np.column_stack([np.ones(len(raw)), (raw - centre) / scale]),
            counted * label,
            counted,
            mean=np.array([0.0, scale]),
            precision=np.array([_RATE_PRECISION, _SLOPE_PRECISION / scale**2]),
        )
        slope = max(float(found[1]), LEAST_SLOPE) / scale
        rate = float(np.average(label, weights=counted))
        held = cls(slope, float(found[0]) - slope * centre)
        # Only a slope that was held at its bound leaves the mean off the base rate.
        return held if float(found[1]) > LEAST_SLOPE else held.centred(raw, rate)

    def log_odds(self, raw: Floats) -> Floats:
        """The calibrated log-odds."""
        return np.asarray(self.intercept + self.slope * raw, dtype=np.float64)

    def probability(self, raw: Floats) -> Floats:
        """The calibrated probability, strictly rising in the raw score."""
        return logistic(self.log_odds(raw))

    def shifted(self, log_odds: float) -> Self:
        """The same slope with the intercept moved: how a change of the base rate is taken in (King, Zeng 2001)."""
        return type(self)(self.slope, self.intercept + log_odds)

    def centred(self, raw: Floats, rate: float) -> Self:
        """Moved so that the mean probability over `raw` is `rate`."""
        low, high = -40.0, 40.0
        for _ in range(80):
            middle = (low + high) / 2
            if float(self.shifted(middle).probability(raw).mean()) < rate:
                low = middle
            else:
                high = middle
        return self.shifted((low + high) / 2)


def log_odds_of(rate: float) -> float:
    """The log-odds of a share, kept off 0 and 1."""
    bounded = min(max(rate, 1e-6), 1 - 1e-6)
    return float(np.log(bounded / (1 - bounded)))


def rate_shift(rate: float, *, validated: float, taught: float, slope: float) -> float:
    """How far to move the intercept from the checks' base rates to that of all training origins.

    A calibration that was learnt on checks turns the rate of the rows they learnt from (`taught`) into that of the rows
    they predicted (`validated`); the last fit learns from all rows, with `rate`, and is to predict that rate.
    """
    return log_odds_of(rate) - log_odds_of(validated) - slope * (log_odds_of(rate) - log_odds_of(taught))
