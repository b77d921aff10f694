"""Training: rows that were known, a race, calibration, the expected loss; or the reason why nothing is fitted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import sklearn

from mainstay.risk import fingerprints
from mainstay.risk.calibration import Calibration, rate_shift
from mainstay.risk.calibration_error import brier, calibration_error, calibration_table
from mainstay.risk.candidates import Candidate, candidates
from mainstay.risk.estimators.bins import fitting_threads
from mainstay.risk.estimators.interface import Estimator
from mainstay.risk.losses import TIE as LOSS_TIE
from mainstay.risk.losses import ExpectedLoss, in_money, recipes_for
from mainstay.risk.matrix import Flags, Floats, TrainingRows
from mainstay.risk.model import NotEnoughEvents, TrainedModel, TrainingFacts
from mainstay.risk.prediction_targets import Target
from mainstay.risk.race import MEASURES, Entry, Measure, RaceResult, list_lengths, race, ranking_quality
from mainstay.risk.splits import Validation, lessons, thin, training_rows, validation
from mainstay.settings import ModelSettings

RACE_ROWS = 200_000
"""From how many rows at most the candidates of a race learn; the winner learns from `FIT_ROWS`."""
FIT_ROWS = 1_000_000
EVENTS_FOR_CALIBRATION = 30
"""Below so many events scores are taken as they are: two numbers learnt from less would be noise."""
LEVEL_ORIGINS = 3
"""So many of the newest origins set the level. 2026-11, simulated park of 1,000 firms, decline, six months: the newest
three taught 0.11 and 0.10 at the ends of 2022 and of June 2023, all of them 0.14 and 0.13; 0.09 and 0.11 came."""
HALF_LIFE_MONTHS = 12
_WORTH_WEIGHING = 0.005
"""By which share of the log loss the weights by age must be better: a quirk of one origin is not."""
_DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class _Checked:
    """Out-of-sample scores of one way to fit; nan where a row was not predicted."""

    raw: Floats
    calibration: Calibration
    risk: Floats
    taught_rate: float
    is_calibrated: bool

    @property
    def judged(self) -> Flags:
        return np.isfinite(self.raw)


def train(  # noqa: PLR0913 - all but the frames are named
    features: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    target: Target,
    horizon_months: int,
    as_of: date,
    catalogue: pl.DataFrame,
    settings: ModelSettings,
    capacity: int = 25,
    signals: pl.DataFrame | None = None,
) -> TrainedModel | NotEnoughEvents:
    """Train on what was known at `as_of`; the same data give the same model, whatever their order.

    Args:
        features: Rows of several origins: as_of_date (the origin), enterprise_id, one float column a feature.
        outcomes: `targets.OUTCOMES`; only lessons judged at `as_of` are used.
        target: What is predicted.
        horizon_months: How far ahead.
        as_of: The day whose knowledge is used.
        catalogue: One row a feature: feature, concept, name_zh, name_en, unit, needs.
        settings: How many events it takes, and whether visited enterprises count.
        capacity: How many visits a week the office makes; captured loss is judged there.
        signals: `relocation.signal_definitions`, for the prior of the hazard of leaving.
    """
    asked = outcomes.filter((pl.col("target") == target) & (pl.col("horizon_months") == horizon_months))
    known = lessons(asked, as_of)
    rows = training_rows(features, known, catalogue, include_treated=settings.include_treated)
    entrants = candidates(
        target, horizon_months, events=rows.events, catalogue=catalogue, signals=signals, settings=settings
    )
    refused = _refusal(rows, target, horizon_months, as_of, settings, entrants)
    if refused:
        return refused
    rows = thin(rows, FIT_ROWS)
    measures: tuple[Measure, ...] = ("average_precision",) if target == "relocation" else MEASURES
    under_way = _Training(rows, entrants, measures, capacity, settings)
    with fitting_threads(rows.matrix):
        return under_way.model(target, horizon_months, as_of, catalogue)


def _refusal(
    rows: TrainingRows,
    target: Target,
    horizon_months: int,
    as_of: date,
    settings: ModelSettings,
    entrants: Sequence[Candidate],
) -> NotEnoughEvents | None:
    needed = settings.needed(target)
    if rows.events < needed:
        reason = f"{rows.events} events are known, {needed} are needed"
    elif not entrants:
        needed = settings.min_events_relocation
        reason = f"{rows.events} events are known, and no signals for a prior; without one {needed} are needed"
    elif not rows.matrix.live_columns():
        reason = "no feature has two different values"
    else:
        return None
    return NotEnoughEvents(target, horizon_months, as_of, rows.events, needed, reason)


@dataclass(frozen=True)
class _Training:
    """One training under way."""

    rows: TrainingRows
    entrants: list[Candidate]
    measures: tuple[Measure, ...]
    capacity: int
    settings: ModelSettings

    def model(self, target: Target, horizon_months: int, as_of: date, catalogue: pl.DataFrame) -> TrainedModel:
        checks = validation(self.rows, self.settings.needed(target))
        by_name = {entrant.name: self._check(entrant.make, checks, self.rows.weight) for entrant in self.entrants}
        risk_race = self._risk_race(by_name)
        winner = next(entrant for entrant in self.entrants if entrant.name == risk_race.winner)
        checked, half_life = self._weighed(winner, checks, by_name[winner.name])
        rows = replace(self.rows, weight=age_weights(self.rows, half_life))
        loss_race, expected = self._loss_race(checked, checks)
        estimator = winner.make_final().fit(rows)
        losses = ExpectedLoss((loss_race.winner,)).fit(rows)
        told = self._metrics(checked) | {"expected_over_seen_loss": self._over_seen(expected)}
        facts = self._facts(checks, half_life, (risk_race, loss_race), told, catalogue)
        return TrainedModel(
            version=_version(target, horizon_months, as_of, (estimator, losses), facts),
            target=target,
            horizon_months=horizon_months,
            trained_as_of=as_of,
            entries=tuple(catalogue.to_dicts()),
            estimator=estimator,
            calibration=self._calibration(checked, rows.weighted_rate),
            level=newest_rate(rows) if checked.is_calibrated else None,
            losses=losses,
            facts=facts,
        )

    def _check(self, make: Callable[[], Estimator], checks: Validation, weight: Floats) -> _Checked:
        rows = replace(self.rows, weight=weight)
        raw = np.full(len(rows), np.nan)
        taught = []
        for fold in checks.folds:
            learnt_from = thin(rows.take(fold.train), RACE_ROWS)
            taught.append((float(np.average(learnt_from.label, weights=learnt_from.weight)), len(fold.valid)))
            raw[fold.valid] = make().fit(learnt_from).raw(rows.matrix.take(fold.valid))
        seen = np.isfinite(raw)
        enough = self.rows.take(seen).events >= EVENTS_FOR_CALIBRATION
        calibration = Calibration.fit(raw[seen], rows.label[seen]) if enough else Calibration()
        risk = calibration.probability(raw)
        taught_rate = sum(rate * n for rate, n in taught) / sum(n for _, n in taught)
        return _Checked(raw, calibration, risk, taught_rate, enough)

    def _risk_race(self, checked: dict[str, _Checked]) -> RaceResult:
        base = np.clip(np.nan_to_num(self.rows.matrix.base), 0, None)
        entries = {}
        for entrant in self.entrants:
            found = checked[entrant.name]
            entries[entrant.name] = Entry(found.raw if entrant.is_ranker else found.risk * base, found.raw)
        return race(entries, self.rows, lengths=self._lengths, measures=self.measures)

    @property
    def _lengths(self) -> tuple[int, ...]:
        return list_lengths(self.capacity, len(self.rows) // max(1, len(self.rows.origins)))

    def _weighed(self, winner: Candidate, checks: Validation, plain: _Checked) -> tuple[_Checked, int | None]:
        """The winner again with weights by age, if the checks out of time say that these are better."""
        origins = self.rows.origins
        spans = (origins[-1] - origins[0]) / _DAYS_A_MONTH
        if checks.kind != "out_of_time" or spans < HALF_LIFE_MONTHS or winner.is_ranker:
            return plain, None
        aged = self._check(winner.make, checks, age_weights(self.rows, HALF_LIFE_MONTHS))
        better = self._log_loss(aged) < self._log_loss(plain) * (1 - _WORTH_WEIGHING)
        return (aged, HALF_LIFE_MONTHS) if better else (plain, None)

    def _log_loss(self, checked: _Checked) -> float:
        label, odds = self.rows.label[checked.judged], checked.calibration.log_odds(checked.raw[checked.judged])
        return float(np.mean(np.logaddexp(0.0, odds) - label * odds))

    def _calibration(self, checked: _Checked, rate: float) -> Calibration:
        """That of the checks, moved to the base rate of all training rows, as they weigh in the last fit."""
        if not checked.is_calibrated:
            return checked.calibration
        shift = rate_shift(
            rate,
            validated=float(self.rows.label[checked.judged].mean()),
            taught=checked.taught_rate,
            slope=checked.calibration.slope,
        )
        return checked.calibration.shifted(shift)

    def _loss_race(self, checked: _Checked, checks: Validation) -> tuple[RaceResult, Floats]:
        """The recipe of least regret, and its out-of-sample expected losses."""
        rows = self.rows
        recipes = recipes_for(rows.events) if (np.nan_to_num(rows.matrix.base) > 0).any() else recipes_for(0)
        shares = {name: np.full(len(rows), np.nan) for name in recipes}
        for fold in checks.folds:
            fitted = ExpectedLoss(recipes).fit(thin(rows.take(fold.train), RACE_ROWS))
            found = fitted.shares(rows.matrix.take(fold.valid), checked.risk[fold.valid])
            for name, share in found.items():
                shares[name][fold.valid] = share
        money = in_money(shares, rows.matrix.base)
        entries = {name: Entry(amount, amount) for name, amount in money.items()}
        result = race(entries, rows, lengths=self._lengths, measures=["captured_loss"], tie=LOSS_TIE)
        return result, money[result.winner]

    def _over_seen(self, expected: Floats) -> float | None:
        """The out-of-sample expected losses over the losses seen, before any scaling."""
        seen = np.isfinite(expected)
        lost = float(self.rows.loss[seen].sum())
        return float(expected[seen].sum()) / lost if lost else None

    def _facts(
        self,
        checks: Validation,
        half_life: int | None,
        races: tuple[RaceResult, RaceResult],
        metrics: dict[str, float | None],
        catalogue: pl.DataFrame,
    ) -> TrainingFacts:
        rows = self.rows
        return TrainingFacts(
            origins=tuple(date.fromordinal(day) for day in rows.origins),
            rows=len(rows),
            events=rows.events,
            event_rows=int(rows.label.sum()),
            treated_rows=int(rows.treated.sum()),
            treated_included=self.settings.include_treated,
            base_rate=rows.base_rate,
            validation=checks.kind,
            half_life_months=half_life,
            risk_race=_told(races[0]),
            loss_race=_told(races[1]),
            metrics=metrics,
            data_hash=fingerprints.data_hash(rows),
            code_hash=fingerprints.code_hash(),
            sql_hash=fingerprints.sql_hash(),
            feature_hash=fingerprints.feature_hash(catalogue),
        )

    def _metrics(self, checked: _Checked) -> dict[str, float | None]:
        """Of the out-of-sample predictions, all origins together but for captured loss, a mean over origins."""
        seen = checked.judged
        label, risk = self.rows.label[seen], checked.risk[seen]
        return {
            **ranking_quality(checked.raw[seen], label),
            "brier": brier(risk, label),
            "ece": calibration_error(calibration_table(risk, label)),
            "mean_risk": float(risk.mean()),
            "base_rate_validated": float(label.mean()),
            "validated_rows": float(seen.sum()),
            "validated_events": float(self.rows.take(seen).events),
        }


def newest_rate(rows: TrainingRows) -> float:
    """The base rate of the newest origins that taught; of all, by weight, where these saw too few events.

    Base rates move slowly: in a downturn the newest origins are nearer to those to come than the whole past is.
    """
    newest = rows.take(np.isin(rows.origin, rows.origins[-LEVEL_ORIGINS:]))
    return newest.weighted_rate if newest.events >= EVENTS_FOR_CALIBRATION else rows.weighted_rate


def age_weights(rows: TrainingRows, half_life_months: int | None) -> Floats:
    """Weights that halve with every so many months of age, on average 1."""
    if half_life_months is None:
        return np.ones(len(rows))
    age = (rows.origin.max() - rows.origin) / _DAYS_A_MONTH
    weight = 0.5 ** (age / half_life_months)
    return np.asarray(weight / weight.mean(), dtype=np.float64)


def _told(result: RaceResult) -> list[dict[str, Any]]:
    return [{**row, "measures": "+".join(result.measures)} for row in result.table.to_dicts()]


def _version(
    target: Target, horizon_months: int, as_of: date, parts: tuple[Estimator, ExpectedLoss], facts: TrainingFacts
) -> str:
    """`2016-06-30-boosting-1a2b3c4d`: the hash is of all that makes the model what it is."""
    estimator, losses = parts
    told = [
        target,
        str(horizon_months),
        facts.data_hash,
        facts.code_hash,
        facts.feature_hash,
        str(sorted(estimator.parameters.items())),
        str(facts.half_life_months),
        str(facts.treated_included),
        *losses.recipes,
        sklearn.__version__,
    ]
    return f"{as_of.isoformat()}-{estimator.name}-{fingerprints.text_hash(told)[:8]}"
