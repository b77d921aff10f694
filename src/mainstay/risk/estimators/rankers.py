"""Simple rankers: what an office would do without a model. A model has to beat them."""

from dataclasses import dataclass, field
from typing import Literal, Self

import numpy as np

from mainstay.risk.matrix import FeatureMatrix, Floats, TrainingRows

Rule = Literal["drop", "drop_x_amount", "size", "signal_points"]


@dataclass
class Ranker:
    """Ranks by one plain figure.

    Args:
        rule: `drop`: how far the last months fell short of a year before; `drop_x_amount`: that times the base;
            `size`: the base; `signal_points`: the points of the signals that hold, added up.
        ratio_feature: For the drop: the feature that holds this year's over last year's revenue.
        points: For the points: those of each feature (DOMAIN section 3); a feature above zero holds.
    """

    rule: Rule
    ratio_feature: str = ""
    points: dict[str, float] = field(default_factory=dict)
    base_value: float = 0.0

    @property
    def name(self) -> str:
        """The rule."""
        return self.rule

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """Only of which feature the drop is."""
        return {"ratio_feature": self.ratio_feature} if self.ratio_feature else {}

    def fit(self, rows: TrainingRows) -> Self:
        """Learn nothing but the mean, from which contributions are counted."""
        self.base_value = float(np.mean(self.raw(rows.matrix)))
        return self

    def raw(self, features: FeatureMatrix) -> Floats:
        """The figure; amounts as logarithms, which keeps the order and suits a calibration by log-odds."""
        if self.rule == "signal_points":
            held = [np.where(features.column(name) > 0, weight, 0.0) for name, weight in self.points.items()]
            return np.sum(held, axis=0, dtype=np.float64) if held else np.zeros(len(features))
        amount = np.clip(np.nan_to_num(features.base), 0, None)
        if self.rule == "size":
            return np.log1p(amount)
        drop = np.clip(1 - np.nan_to_num(features.column(self.ratio_feature), nan=1.0), 0, 1)
        return drop if self.rule == "drop" else np.log1p(drop * amount)

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """All of it is one concept."""
        return {"signals" if self.rule == "signal_points" else "revenue": self.raw(features) - self.base_value}
