"""Expected loss with a model of its own: E[loss] = base x E[loss / base | features].

A list in money needs more than a probability: who falls by 35% and who by 100% are both declines. Recipes race
against each other: the mean of two views, the calibrated risk times the severity to expect, and a direct model of
the share lost in which large enterprises weigh more. The mean goes first and wins ties: the two err at different
enterprises, and the captured loss of one origin varies more than the recipes differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from mainstay.risk.estimators.bins import QuantileBins
from mainstay.risk.estimators.boosting import MAX_ITER, min_samples_leaf, tree_settings
from mainstay.risk.matrix import FeatureMatrix, Floats, TrainingRows

RISK_X_SEVERITY = "risk_x_severity"
MEAN = "mean"
_DIRECT = "direct_w1"
"""The other half of the mean: a row weighs by its base."""
RECIPES = (MEAN, RISK_X_SEVERITY)
"""The preferred first."""
TIE = 0.03
"""Mean regrets closer than this are a tie. 2026-11: captured loss of one origin varies by 0.1."""
EVENTS_FOR_SEVERITY = 200
"""Below so many events the severity is one number, the same for all."""
EVENTS_FOR_DIRECT = 50
UNKNOWN_SEVERITY = 0.5
"""Where no event has a base: who leaves does so, on average, in the middle of the window."""
_SCALE_BOUNDS = (2 / 3, 3 / 2)
_SCALE_PRIOR = 50.0
"""So many losses of equal size move the sum of expected losses halfway to that of the losses seen: a few large firms
make the ratio anything."""


@dataclass
class ShareModel:
    """Boosting of a share between 0 and 1, with weights base ** power; constant where it was not fitted.

    Args:
        power: Of the base, in the weights.
        constant: The share for all.
    """

    power: float
    constant: float = 0.0
    _model: HistGradientBoostingRegressor | None = None
    _bins: QuantileBins = field(default_factory=QuantileBins)

    def fit(self, rows: TrainingRows, *, least_events: int = 0) -> Self:
        """Learn the share lost from rows with a positive base; below `least_events` only its mean."""
        known = rows.take(np.nan_to_num(rows.matrix.base) > 0)
        if not len(known):
            self.constant = UNKNOWN_SEVERITY
            return self
        weight = known.weight * (known.matrix.base / known.matrix.base.mean()) ** self.power
        self.constant = float(np.average(known.loss_share, weights=weight))
        self._bins = QuantileBins().fit(known.matrix)
        if known.events < least_events or not self._bins.columns:
            return self
        trees = tree_settings(MAX_ITER, min_samples_leaf(known.events))
        self._model = HistGradientBoostingRegressor(**trees, early_stopping=False, random_state=0).fit(
            self._bins.bins(known.matrix), known.loss_share, sample_weight=weight / weight.mean()
        )
        return self

    def share(self, features: FeatureMatrix) -> Floats:
        """The share of the base, 0 to 1."""
        if self._model is None:
            return np.full(len(features), np.clip(self.constant, 0, 1))
        return np.asarray(np.clip(self._model.predict(self._bins.bins(features)), 0, 1), dtype=np.float64)


def recipes_for(events: int) -> tuple[str, ...]:
    """The recipes that so many events allow."""
    return RECIPES if events >= EVENTS_FOR_DIRECT else (RISK_X_SEVERITY,)


@dataclass
class ExpectedLoss:
    """The share of the base that is expected to be lost, by one recipe or several.

    Args:
        recipes: Which ones are computed.
        seen_share: The share of all base that was lost in the training rows.
        effective_losses: How many equal losses would say as much as those did.
    """

    recipes: tuple[str, ...]
    seen_share: float = 0.0
    effective_losses: float = 0.0
    _severity: ShareModel = field(default_factory=lambda: ShareModel(0.5))
    _direct: dict[str, ShareModel] = field(default_factory=dict)

    def fit(self, rows: TrainingRows) -> Self:
        """Learn what the recipes need, and the level of the losses."""
        lost, base = rows.loss, np.clip(np.nan_to_num(rows.matrix.base), 0, None)
        if lost.any():
            self.seen_share = float(lost.sum() / base.sum())
            self.effective_losses = float(lost.sum() ** 2 / np.square(lost).sum())  # Kish 1965
        self._severity = ShareModel(0.5).fit(rows.take(rows.label), least_events=EVENTS_FOR_SEVERITY)
        self._direct = {_DIRECT: ShareModel(1.0).fit(rows)} if MEAN in self.recipes else {}
        return self

    def shares(self, features: FeatureMatrix, risk: Floats) -> dict[str, Floats]:
        """By recipe: the share lost, 0 to 1, before scaling.

        Args:
            features: The rows.
            risk: Their calibrated probabilities.
        """
        known = {RISK_X_SEVERITY: risk * self._severity.share(features)}
        if MEAN in self.recipes:
            known[MEAN] = (known[RISK_X_SEVERITY] + self._direct[_DIRECT].share(features)) / 2
        return {name: np.clip(known[name], 0, 1) for name in self.recipes}

    def money(self, features: FeatureMatrix, risk: Floats, *, is_whole_cohort: bool = False) -> Floats:
        """The expected loss in the ledger's unit by the first recipe; never negative, at most the base; nan without.

        Args:
            features: The rows.
            risk: Their calibrated probabilities.
            is_whole_cohort: Whether the sum is to follow the level of the losses seen.
        """
        share, base = self.shares(features, risk)[self.recipes[0]], np.clip(features.base, 0, None)
        whole = float(np.nansum(base))
        scale = self.scale(float(np.nansum(share * base)) / whole) if is_whole_cohort and whole > 0 else 1.0
        return np.asarray(np.clip(share * scale, 0, 1) * base, dtype=np.float64)

    def scale(self, expected_share: float) -> float:
        """What brings the expected share of all base towards that seen, the nearer the more losses there were."""
        if expected_share <= 0 or self.seen_share <= 0:
            return 1.0
        trust = self.effective_losses / (self.effective_losses + _SCALE_PRIOR)
        return float(np.clip((self.seen_share / expected_share) ** trust, *_SCALE_BOUNDS))


def in_money(shares: Mapping[str, Floats], base: Floats) -> dict[str, Floats]:
    """The shares times the base, 0 where it is not known."""
    amount = np.clip(np.nan_to_num(base), 0, None)
    return {name: share * amount for name, share in shares.items()}
