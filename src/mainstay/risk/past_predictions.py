"""What would have been predicted at past origins, with nothing known later, beside what became of it.

At each origin a model is trained on the outcomes that were known then, on none that was not (the label gap), and scores
the origin's cohort. Where too little was known for a model the rule's score stands in, and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from mainstay.risk.baseline import DropTimesAmount
from mainstay.risk.drift import base_rate_change, drift
from mainstay.risk.grades import graded_by_rule
from mainstay.risk.history import COHORTS, FEATURES, RULE_INPUTS, SIGNALS, QuestionHistory
from mainstay.risk.model import NotEnoughEvents, TrainedModel
from mainstay.risk.prediction_targets import MONEY, PREDICTIONS
from mainstay.risk.relocation import FULL_POINTS, SignalPoints
from mainstay.risk.scoring import MODEL, RULE

DRIFTED_SHOWN = 10
_KEY = ["as_of_date", "enterprise_id"]
_DIGITS = 12
"""Decimals of a risk: what is beyond depends on the machine, and the file shall not."""


class Trainer(Protocol):
    """Trains on features of earlier origins and their outcomes as judged at `as_of`."""

    def __call__(
        self, features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date
    ) -> TrainedModel | NotEnoughEvents:
        """The model, or why there is none."""


@dataclass(frozen=True)
class OriginFrames:
    """All that one origin is predicted and judged by.

    Attributes:
        as_of: The origin's date.
        features: `features.risk_features` as known then.
        cohort: `COHORT`, of one target and horizon.
        rule_inputs: `features.risk_inputs` then, and of relocation the signals' `points`, `is_decisive`, `has_sources`.
        past_features: Features of the earlier origins to learn from.
        past_outcomes: `OUTCOMES` of these, as judged at this origin.
        judged: `OUTCOMES` of this origin's cohort, as judged at the newest date; empty where it has not matured.
    """

    as_of: date
    features: pl.DataFrame
    cohort: pl.DataFrame
    rule_inputs: pl.DataFrame
    past_features: pl.DataFrame
    past_outcomes: pl.DataFrame
    judged: pl.DataFrame


@dataclass(frozen=True)
class Rule:
    """The rule's score where there is no model, and the baselines that every model is held against.

    Args:
        target: Of the backtest.
        drop: The rule of decline, for its grades and name; hidden outflow is held against it too.
        signals: The rule of relocation.
    """

    target: str
    drop: DropTimesAmount = field(default_factory=lambda: DropTimesAmount(Decimal(0), 0.5, 0.3))
    signals: SignalPoints = field(default_factory=SignalPoints)

    @property
    def version(self) -> str:
        """The version of the rule that scores the target."""
        return self.signals.version if self.target == "relocation" else self.drop.version

    def score(self, cohort: pl.DataFrame, inputs: pl.DataFrame) -> pl.DataFrame:
        """The cohort with `risk`, `grade`, `expected_loss`, `baseline_*`, `basis` and `model_version`.

        baseline_drop: 1 - revenue of the last months / that of the same months a year before, in 0..1; drop x amount:
        times the base; size: revenue of the last twelve months; signal points: of relocation only. Null = not known.
        """
        prior, recent = pl.col("recent_prior").cast(pl.Float64), pl.col("recent").cast(pl.Float64)
        drop = pl.when(prior > 0).then((1 - recent / prior).clip(0, 1))
        known = cohort.join(inputs, on=_KEY, how="left", suffix="_input").with_columns(
            baseline_drop=drop,
            baseline_drop_x_amount=drop * pl.col("base").clip(lower_bound=0).cast(pl.Float64),
            baseline_size=pl.col("local_at_stake").cast(pl.Float64),
            baseline_signal_points=self._points(inputs),
        )
        return known.with_columns(
            risk=self._risk(),
            expected_loss=self._loss(),
            basis=pl.lit(RULE),
            model_version=pl.lit(self.version),
        ).with_columns(grade=self._grade())

    def _points(self, inputs: pl.DataFrame) -> pl.Expr:
        if self.target != "relocation" or "points" not in inputs.columns:
            return pl.lit(None, dtype=pl.Float64)
        return pl.when(pl.col("has_sources")).then(pl.col("points").cast(pl.Float64))

    def _risk(self) -> pl.Expr:
        if self.target != "relocation":
            return pl.col("baseline_drop")
        points = (pl.col("baseline_signal_points") / FULL_POINTS).clip(0, 1)
        return (
            pl.when(pl.col("baseline_signal_points").is_not_null() & pl.col("is_decisive")).then(1.0).otherwise(points)
        )

    def _loss(self) -> pl.Expr:
        """Without a probability there is no expected loss of leaving (as in the weekly rule)."""
        amount = "baseline_drop_x_amount" if self.target != "relocation" else None
        return (pl.col(amount) if amount else pl.lit(None, dtype=pl.Float64)).round(2).cast(MONEY)

    def _grade(self) -> pl.Expr:
        if self.target == "relocation":
            return self.signals.grade(pl.col("baseline_signal_points"), is_decisive=pl.col("is_decisive"))
        return graded_by_rule(pl.col("risk"), high_from=self.drop.high_from, medium_from=self.drop.medium_from)


def read_catalogue(seeds: Path) -> pl.DataFrame:
    """One row per feature, all text: feature, concept, name_zh, name_en, unit, needs."""
    return pl.read_csv(seeds / "risk_features.csv", infer_schema=False)


def predict_all(
    kept: QuestionHistory,
    trainer: Trainer,
    rule: Rule,
    grade: Callable[[pl.Expr], pl.Expr],
    log: Callable[[str], None],
) -> tuple[list[pl.DataFrame], list[dict[str, Any]]]:
    """Predict every origin of a question, one after the other; see `predict_origin`.

    Args:
        kept: The frames.
        trainer: Trains the models.
        rule: Scores where there is none, and gives the baselines.
        grade: The grade of a model's risks.
        log: Takes one line an origin.
    """
    predictions, told = [], []
    for as_of in kept.question.origins:
        rows, about = predict_origin(origin_frames(kept, as_of), trainer, rule, grade)
        predictions.append(rows)
        told.append(about)
        learnt = f"{about['training_events']} events of {len(about['training_origins'])} origins"
        log(f"origin {about['origin']}: {rows.height} enterprises by {about['version']}, {learnt} known then")
    return predictions, told


def origin_frames(kept: QuestionHistory, as_of: date) -> OriginFrames:
    """Read what one origin is predicted and judged by."""
    inputs = kept.read(as_of, RULE_INPUTS).select(*_KEY, "recent", "recent_prior")
    if (as_of, SIGNALS) in kept.files:
        points = kept.read(as_of, SIGNALS).select(*_KEY, "has_sources", "points", "is_decisive")
        inputs = inputs.join(points, on=_KEY, how="left")
    features, outcomes = kept.read_training(as_of)
    return OriginFrames(
        as_of=as_of,
        features=kept.read(as_of, FEATURES),
        cohort=kept.read(as_of, COHORTS),
        rule_inputs=inputs,
        past_features=features,
        past_outcomes=outcomes,
        judged=kept.read_judged(as_of),
    )


def predict_origin(
    frames: OriginFrames, trainer: Trainer, rule: Rule, grade: Callable[[pl.Expr], pl.Expr]
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Train as known at an origin, score its cohort, and attach what became of it.

    Args:
        frames: Of the origin.
        trainer: Trains the model.
        rule: Scores where there is none, and gives the baselines.
        grade: The grade of a model's risks.

    Returns:
        `PREDICTIONS` of the origin, sorted by enterprise; and on the model: `basis`, `version`, `training_origins`,
        `training_rows`, `training_events` (enterprises, each once), `why_no_model`, `drift`. Of a rule the training is
        all that was known to learn from, of a model what it did learn from.
    """
    scored = rule.score(frames.cohort, frames.rule_inputs)
    told: dict[str, Any] = {"origin": f"{frames.as_of:%Y-%m}", "basis": RULE, "version": rule.version} | _learnt(frames)
    model = trainer(frames.past_features, frames.past_outcomes, as_of=frames.as_of) if told["training_rows"] else None
    if model is None:
        told["why_no_model"] = "no outcome of an earlier origin was known then"
    elif isinstance(model, NotEnoughEvents):
        told["why_no_model"] = model.reason
    else:
        scored = _by_model(model, frames, scored, grade)
        told |= {"basis": MODEL, "version": model.version, "drift": _drift(model, frames, scored)} | _taught(model)
    return _with_outcomes(frames, scored), told


def _learnt(frames: OriginFrames) -> dict[str, Any]:
    known = frames.past_outcomes.filter(pl.col("lesson").is_not_null())
    return {
        "training_origins": [f"{day:%Y-%m}" for day in known["origin_date"].unique().sort()],
        "training_rows": known.height,
        "training_events": known.filter("lesson")["enterprise_id"].n_unique(),
    }


def _taught(model: TrainedModel) -> dict[str, Any]:
    return {
        "training_origins": [f"{day:%Y-%m}" for day in model.facts.origins],
        "training_rows": model.facts.rows,
        "training_events": model.facts.events,
    }


def _by_model(
    model: TrainedModel, frames: OriginFrames, by_rule: pl.DataFrame, grade: Callable[[pl.Expr], pl.Expr]
) -> pl.DataFrame:
    predicted = model.predict(frames.features, frames.cohort).select(
        *_KEY,
        risk=pl.col("risk").cast(pl.Float64).round(_DIGITS),
        expected_loss=pl.col("expected_loss").cast(pl.Float64).round(2).cast(MONEY),
    )
    return (
        by_rule.drop("risk", "expected_loss", "grade")
        .join(predicted, on=_KEY, how="left", validate="1:1")
        .with_columns(basis=pl.lit(MODEL), model_version=pl.lit(model.version))
        .with_columns(grade=grade(pl.col("risk")))
    )


def _with_outcomes(frames: OriginFrames, scored: pl.DataFrame) -> pl.DataFrame:
    judged = frames.judged.select("enterprise_id", "actual", "label", "loss", "unknown_reason", "treated")
    reason = "not_matured" if frames.judged.is_empty() else "not_judged"
    rows = scored.join(judged, on="enterprise_id", how="left", validate="1:1").with_columns(
        origin=pl.lit(f"{frames.as_of:%Y-%m}"),
        unknown_reason=pl.when(pl.col("label").is_null()).then(pl.coalesce("unknown_reason", pl.lit(reason))),
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in PREDICTIONS.items()).sort("enterprise_id")


def _drift(model: TrainedModel, frames: OriginFrames, scored: pl.DataFrame) -> dict[str, Any]:
    """How far this origin's cohort has moved from those that the model learnt from; of risks, from the newest of these.

    Returns:
        `results`: how many columns are stable or not; the lines of `risk` and `base_rate`; `shifted`: the features that
        moved most.
    """
    learnt = frames.past_outcomes.filter(pl.col("lesson").is_not_null())
    origins = {"origin_date": "as_of_date"}
    then = frames.past_features.join(learnt.drop("as_of_date").rename(origins).select(_KEY), on=_KEY, how="semi")
    now = frames.features.join(frames.cohort.select(_KEY), on=_KEY, how="semi")
    numbers = [name for name, kind in now.schema.items() if kind.is_numeric() and name in then.columns]
    newest = learnt["origin_date"].max()
    cohort = learnt.filter(origin_date=newest).drop("as_of_date").rename(origins)
    risks = model.predict(frames.past_features.filter(as_of_date=newest), cohort).select("risk")
    lines = pl.concat([drift(risks, scored, ["risk"]), drift(then, now, numbers)])
    moved = lines.filter(pl.col("result") == "shifted").sort("value", "subject", descending=[True, False])
    counts = lines["result"].value_counts().sort("result")
    return {
        "results": dict(counts.iter_rows()),
        "risk": lines.row(0, named=True),
        "base_rate": base_rate_change(learnt["lesson"], frames.judged["label"]).row(0, named=True),
        "shifted": moved.head(DRIFTED_SHOWN).select("subject", "value").to_dicts(),
    }
