"""Simple rankers: what an office would do without a model. A model has to beat them."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from mainstay.risk.matrix import FeatureMatrix, Floats, TrainingRows

Rule = Literal["drop", "drop_x_amount", "size", "signal_points"]
CHANGE = "yoy_3"
"""The feature behind the drop: from b, the last three months a year before, to a, as (a - b) / (|a| + |b|)."""
POINTS = "signal_points"
"""The feature that adds up the prior weights of the signs that hold."""


@dataclass
class Ranker:
    """Ranks by one plain figure.

    Args:
        rule: `drop`: how far the last three months fell short of a year before; `drop_x_amount`: that times the base;
            `size`: the base; `signal_points`: the points of the signs of leaving.
    """

    rule: Rule
    base_value: float = 0.0

    @property
    def name(self) -> str:
        """The rule."""
        return self.rule

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """None: a rule is what it is."""
        return {}

    def fit(self, rows: TrainingRows) -> Self:
        """Learn nothing but the mean, from which contributions are counted."""
        self.base_value = float(np.mean(self.raw(rows.matrix)))
        return self

    def raw(self, features: FeatureMatrix) -> Floats:
        """The figure; amounts as logarithms, which keeps the order and suits a calibration by log-odds."""
        if self.rule == "signal_points":
            return np.nan_to_num(features.column(POINTS))
        amount = np.clip(np.nan_to_num(features.base), 0, None)
        if self.rule == "size":
            return np.log1p(amount)
        drop = share_lost(np.nan_to_num(features.column(CHANGE)))
        return drop if self.rule == "drop" else np.log1p(drop * amount)

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """All of it is one concept."""
        return {"signals" if self.rule == "signal_points" else "revenue": self.raw(features) - self.base_value}


def share_lost(change: Floats) -> Floats:
    """What a change (a - b) / (|a| + |b|) from b to a means as 1 - a / b, between 0 (no loss) and 1 (all lost)."""
    fall = np.clip(change, -1, 0)
    return np.asarray(-2 * fall / (1 - fall), dtype=np.float64)
