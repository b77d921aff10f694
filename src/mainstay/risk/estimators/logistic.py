"""Regularised logistic regression on ranks: additive, smooth, and sound with few events."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from mainstay.risk.estimators.newton import map_logistic
from mainstay.risk.matrix import FeatureMatrix, Floats, Integers, TrainingRows

PENALTY = 20.0
"""Precision of the prior on each standardised weight: a standard deviation of 0.22 log-odds. 2026-11: with fifty
events and sixty features that correlate a weaker one follows the noise; with thousands of events it hardly matters."""

_QUANTILES = np.linspace(0.01, 0.99, 50)
_MISSING_FROM = 0.005
"""The share of unknown values from which, on either side, being unknown is a column of its own."""


@dataclass
class _Column:
    """How one feature becomes a column: winsorised at 1% and 99%, ranked, standardised."""

    at: int
    knots: Floats
    ranks: Floats
    mean: float
    scale: float

    def design(self, values: Floats) -> Floats:
        known = np.isfinite(values[:, self.at])
        ranked = np.interp(np.where(known, values[:, self.at], self.knots[0]), self.knots, self.ranks)
        return np.where(known, (ranked - self.mean) / self.scale, 0.0)


@dataclass
class RegularisedLogistic:
    """Logistic regression with a Gaussian prior on standardised ranks and on missing-value indicators."""

    name: ClassVar[str] = "logistic"
    base_value: float = 0.0
    _columns: list[_Column] = field(default_factory=list)
    _missing: list[tuple[int, float, float]] = field(default_factory=list)
    _weights: Floats = field(default_factory=lambda: np.zeros(0))
    _owners: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """The penalty."""
        return {"penalty": PENALTY}

    def fit(self, rows: TrainingRows) -> Self:
        """Learn ranks, means and weights."""
        values = rows.matrix.values
        live = rows.matrix.live_columns()
        self._columns = [column for at in live if (column := _column(values[:, at], at)) is not None]
        self._missing = [
            (at, share, float(np.sqrt(share * (1 - share))))
            for at, share in enumerate(np.mean(~np.isfinite(values), axis=0).tolist())
            if _MISSING_FROM < share < 1 - _MISSING_FROM and not _is_of_an_origin(values[:, at], rows.origin)
        ]
        owners = [column.at for column in self._columns] + [at for at, _, _ in self._missing]
        self._owners = [rows.matrix.concepts[at] for at in owners]
        design = self._design(values)
        penalised = np.full(design.shape[1] + 1, PENALTY)
        penalised[0] = 1e-6
        found = map_logistic(
            np.column_stack([np.ones(len(rows)), design]),
            rows.weight * rows.label,
            rows.weight,
            mean=np.zeros(len(penalised)),
            precision=penalised,
        )
        self.base_value, self._weights = float(found[0]), found[1:]
        return self

    def raw(self, features: FeatureMatrix) -> Floats:
        """The log-odds."""
        return np.asarray(self.base_value + self._design(features.values) @ self._weights, dtype=np.float64)

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """Weight times standardised value, added up over the columns of a concept."""
        parts = self._design(features.values) * self._weights
        return {
            concept: parts[:, [owner == concept for owner in self._owners]].sum(axis=1)
            for concept in sorted(set(self._owners))
        }

    def _design(self, values: Floats) -> Floats:
        known = [column.design(values) for column in self._columns]
        missing = [(~np.isfinite(values[:, at]) - share) / scale for at, share, scale in self._missing]
        return np.column_stack([*known, *missing]) if known or missing else np.zeros((len(values), 0))


def _is_of_an_origin(values: Floats, origin: Integers) -> bool:
    """Whether a feature is unknown to all at some origin: being unknown tells the date then, not the enterprise."""
    missing = [float(np.mean(~np.isfinite(values[origin == day]))) for day in np.unique(origin)]
    return max(missing) > 1 - _MISSING_FROM


def _column(values: Floats, at: int) -> _Column | None:
    """The transform of one feature; none where all but a few values are the same."""
    known = values[np.isfinite(values)]
    cuts = np.quantile(known, _QUANTILES)
    knots, inverse = np.unique(cuts, return_inverse=True)
    # A value that fills several quantiles gets the middle of their ranks.
    ranks = np.bincount(inverse, weights=_QUANTILES) / np.bincount(inverse)
    if len(knots) == 1:
        # Rare values only: what they differ by is all there is to learn.
        knots, ranks = np.array([known.min(), known.max()]), np.array([0.0, 1.0])
        if cuts[0] not in knots:
            knots, ranks = np.array([known.min(), cuts[0], known.max()]), np.array([0.0, 0.5, 1.0])
    ranked = np.interp(known, knots, ranks)
    scale = float(ranked.std())
    return _Column(at, knots, ranks, float(ranked.mean()), scale) if scale > 0 else None
