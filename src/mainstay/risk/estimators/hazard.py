"""Discrete-time hazard of leaving: DOMAIN section 3's weights as a prior, moved by what events there are.

For every month ahead the chance to leave then, given that the firm is still there, is logistic in the signals whose
lead covers that month. P(leave within H) = 1 - product(1 - hazard). Labels say only whether it happened within the
window, so the month is filled in by expectation (EM; Dempster, Laird, Rubin 1977), each round with one step of Newton's
method.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from mainstay.risk.estimators.newton import logistic, map_logistic
from mainstay.risk.matrix import FeatureMatrix, Floats, Integers, TrainingRows

LOG_ODDS_PER_POINT = 0.5
"""2026-11: a judgement. The weight 5 then multiplies the monthly odds by 12, a weak sign (2) by 2.7."""
PRIOR_PRECISION = 1.0
"""A prior standard deviation of 1 log-odds a signal: some thirty events begin to outweigh it."""
BASE_MONTHLY_CHANCE = 160 / 3500 / 12
"""160 of some 3,500 firms a year (DOMAIN sections 0 and 7). That they left within one year is an assumption; it only
matters where there is no event at all."""
_INTERCEPT_PRECISION = 0.01
_ROUNDS = 100
_LONGEST_AGE = 24
_SETTLED = 1e-7


@dataclass(frozen=True)
class SignalPrior:
    """A sign of leaving, and what is believed of it before any event.

    Args:
        feature: The feature that holds it.
        points: Its weight (seeds/signals.csv).
        lead_from: So many months after the sign the first leave; none = a standing one, which always counts.
        lead_to: So many months after it the last leave.
        is_age: Whether the feature says how many months ago the sign was; else above zero = it holds now.
    """

    feature: str
    points: float
    lead_from: int | None
    lead_to: int | None
    is_age: bool = False

    def ages(self, features: FeatureMatrix) -> Integers:
        """Months since the sign, -1 where there is none."""
        values = features.column(self.feature)
        if self.is_age:
            seen = np.isfinite(values)
            return np.where(seen, np.clip(np.nan_to_num(values), 0, _LONGEST_AGE), -1).astype(np.int64)
        return np.where(values > 0, 0, -1).astype(np.int64)

    def covers(self, ages: Integers, lead: int) -> Floats:
        """Whether a sign of that age speaks of the month `lead` ahead, 1 or 0."""
        if self.lead_from is None or self.lead_to is None:
            return (ages >= 0).astype(np.float64)
        at = ages + lead
        return ((ages >= 0) & (at >= self.lead_from) & (at <= self.lead_to)).astype(np.float64)


@dataclass
class LeavingHazard:
    """Logistic hazard by month ahead; raw is the log-odds of leaving within the horizon.

    Args:
        horizon_months: How far ahead.
        signals: What is looked at; all of it is the concept `signals`.
    """

    name: ClassVar[str] = "hazard"
    horizon_months: int
    signals: Sequence[SignalPrior]
    base_value: float = 0.0
    weights: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """The prior, and the weights that were found, in log-odds."""
        found = {f"weight_{signal.feature}": float(w) for signal, w in zip(self.signals, self.weights[1:], strict=True)}
        return {"log_odds_per_point": LOG_ODDS_PER_POINT, "prior_precision": PRIOR_PRECISION, **found}

    @property
    def prior(self) -> Floats:
        """The prior's mean: the base rate, then the signals."""
        base = np.log(BASE_MONTHLY_CHANCE / (1 - BASE_MONTHLY_CHANCE))
        return np.array([base, *(LOG_ODDS_PER_POINT * signal.points for signal in self.signals)], dtype=np.float64)

    def fit(self, rows: TrainingRows) -> Self:
        """Find the most probable weights; without any event they are the prior's, exactly."""
        self.weights = self.prior
        if rows.label.any():
            self._learn(rows)
        self.base_value = float(np.mean(self.raw(rows.matrix)))
        return self

    def raw(self, features: FeatureMatrix) -> Floats:
        """The log-odds of leaving within the horizon."""
        patterns, where = np.unique(self._ages(features), axis=0, return_inverse=True)
        stays = -np.logaddexp(0.0, self._design(patterns) @ self.weights).sum(axis=1)
        return np.asarray((np.log(-np.expm1(stays)) - stays)[where.reshape(-1)], dtype=np.float64)

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """All of it is the signals."""
        return {"signals": self.raw(features) - self.base_value}

    def _ages(self, features: FeatureMatrix) -> Integers:
        ages = [signal.ages(features) for signal in self.signals]
        # A column that is always there keeps the shape where no signal is known.
        return np.column_stack([np.zeros(len(features), dtype=np.int64), *ages])

    def _design(self, patterns: Integers) -> Floats:
        """Shape patterns x months x weights."""
        months = []
        for lead in range(1, self.horizon_months + 1):
            held = [signal.covers(patterns[:, at + 1], lead) for at, signal in enumerate(self.signals)]
            months.append(np.column_stack([np.ones(len(patterns)), *held]))
        return np.stack(months, axis=1)

    def _learn(self, rows: TrainingRows) -> None:
        # Most firms show no sign: equal patterns are counted once, with their weight.
        keyed = np.column_stack([rows.label.astype(np.int64), self._ages(rows.matrix)])
        patterns, where = np.unique(keyed, axis=0, return_inverse=True)
        weight = rows.weight / _overlap(rows, self.horizon_months)
        counts = np.bincount(where.reshape(-1), weights=weight).astype(np.float64)
        design = self._design(patterns[:, 1:])
        flat = design.reshape(-1, design.shape[2])
        precision = np.array([_INTERCEPT_PRECISION, *([PRIOR_PRECISION] * len(self.signals))])
        left = patterns[:, 0] == 1
        for _ in range(_ROUNDS):
            events, exposure = self._expected(design, left, counts)
            found = map_logistic(
                flat,
                events.reshape(-1),
                exposure.reshape(-1),
                mean=self.prior,
                precision=precision,
                start=self.weights,
                steps=1,
            )
            moved = float(np.abs(found - self.weights).max())
            self.weights = found
            if moved < _SETTLED:
                break

    def _expected(self, design: Floats, left: np.ndarray, counts: Floats) -> tuple[Floats, Floats]:
        """Expected leavings and months at risk, given what the labels say; shape patterns x months."""
        hazard = logistic(design @ self.weights)
        stay_before = np.cumprod(np.column_stack([np.ones(len(hazard)), 1 - hazard[:, :-1]]), axis=1)
        leaves_then = hazard * stay_before
        within = leaves_then.sum(axis=1, keepdims=True)
        chance = leaves_then / within
        at_risk = np.cumsum(chance[:, ::-1], axis=1)[:, ::-1]
        is_left = left[:, None]
        events = np.where(is_left, chance, 0.0) * counts[:, None]
        exposure = np.where(is_left, at_risk, 1.0) * counts[:, None]
        return events, exposure


def _overlap(rows: TrainingRows, horizon_months: int) -> float:
    """In how many windows a month stands on average: monthly origins see one leaving up to `horizon_months` times."""
    months = np.unique(rows.label_from)
    covered = len({int(month) + ahead for month in months for ahead in range(horizon_months)})
    return len(months) * horizon_months / covered
