"""A trained model: what it predicts, what it was trained on, and everything its card tells."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from mainstay.errors import MainstayError
from mainstay.risk.calibration import Calibration
from mainstay.risk.estimators.bins import fitting_threads
from mainstay.risk.estimators.interface import Estimator
from mainstay.risk.losses import ExpectedLoss
from mainstay.risk.matrix import Floats, feature_matrix
from mainstay.risk.prediction_targets import MONEY, Target
from mainstay.risk.reasons import PREFIX

ROWS_FOR_LEVEL = 100
"""Below so many enterprises a cohort's mean score is left to chance."""


@dataclass(frozen=True)
class NotEnoughEvents:
    """Why nothing was fitted; the score says 规则评分 then.

    Args:
        target: What was to be predicted.
        horizon_months: How far ahead.
        as_of: The day whose knowledge was used.
        events: How many enterprises it is known to have happened to.
        needed: How many it takes.
        reason: One sentence in English for the journal.
    """

    target: Target
    horizon_months: int
    as_of: date
    events: int
    needed: int
    reason: str


@dataclass(frozen=True)
class TrainingFacts:
    """What the model was trained on and how it was chosen; all of it goes to the manifest.

    Args:
        origins: The origins whose outcomes were used, oldest first.
        rows: Enterprises times origins.
        events: Enterprises to which it happened.
        event_rows: Rows to which it happened; windows overlap.
        treated_rows: Rows of enterprises that were visited meanwhile.
        treated_included: Whether these were learnt from.
        base_rate: The share of rows to which it happened.
        validation: `out_of_time` or `by_enterprise`.
        half_life_months: By which older origins count less; none = all the same.
        risk_race: The race of the estimators, one row a candidate.
        loss_race: The race of the recipes for the expected loss.
        metrics: Of the out-of-sample predictions.
        data_hash: Of features and outcomes.
        code_hash: Of the risk package's sources.
        sql_hash: Of the SQL behind features and labels.
        feature_hash: Of the catalogue and the version of the features' values.
    """

    origins: tuple[date, ...]
    rows: int
    events: int
    event_rows: int
    treated_rows: int
    treated_included: bool
    base_rate: float
    validation: str
    half_life_months: int | None
    risk_race: list[dict[str, Any]]
    loss_race: list[dict[str, Any]]
    metrics: dict[str, float | None]
    data_hash: str
    code_hash: str
    sql_hash: str
    feature_hash: str


@dataclass(frozen=True)
class TrainedModel:
    """Scores one target for one horizon; immutable, and the same for the same data.

    Args:
        version: Day, estimator and hash.
        target: What is predicted.
        horizon_months: How far ahead.
        trained_as_of: The day whose knowledge was used.
        entries: One a feature, as the catalogue has it: plain values, which any version of polars can read again.
        estimator: The winner of the race, fitted on all training rows.
        calibration: Of its raw score.
        level: The training's base rate by weight, which a whole cohort's mean risk is brought to; none = as calibrated.
        losses: The expected loss; none where no row had a base.
        facts: What it was trained on.
    """

    version: str
    target: Target
    horizon_months: int
    trained_as_of: date
    entries: tuple[dict[str, str | None], ...]
    estimator: Estimator
    calibration: Calibration
    level: float | None
    losses: ExpectedLoss
    facts: TrainingFacts

    @property
    def catalogue(self) -> pl.DataFrame:
        """One row a feature: feature, concept, name_zh, name_en, unit, needs."""
        return pl.DataFrame(list(self.entries), infer_schema_length=None)

    @property
    def training_period(self) -> str:
        """The months of the first and the last origin: `2019-01..2021-03`."""
        return f"{self.facts.origins[0]:%Y-%m}..{self.facts.origins[-1]:%Y-%m}"

    def predict(self, features: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
        """Score the cohort of a day, whatever the order of the rows.

        Hand in the whole of it: from a hundred enterprises on, its mean risk is the training's level, and the
        sum of its expected losses follows that of the losses seen. Features drift from month to month (another one
        becomes known, a month comes in late) and the mean score moves with them though no more enterprises decline. So
        the order and the spread are the model's; a downturn of the whole park shows once its outcomes are known.

        Args:
            features: One row per as-of date and enterprise, with the catalogue's columns.
            cohort: `targets.COHORT`; rows of other targets and horizons are passed over.

        Returns:
            One row per as-of date and enterprise, sorted: as_of_date, enterprise_id, risk (calibrated probability),
            expected_loss (ledger's unit; null without a base), base_value, and one column `concept_<name>` a concept,
            all in log-odds: log-odds of risk = base_value + sum of the concepts.

        Raises:
            MainstayError: A feature of the model is not in the frame.
        """
        absent = [str(one["feature"]) for one in self.entries if one["feature"] not in features.columns]
        if absent:
            raise MainstayError(
                "features that the model needs are missing",
                where=f"model {self.version}",
                count=len(absent),
                example=absent[0],
                hint="train again, or score by rule",
            )
        asked = cohort.filter((pl.col("target") == self.target) & (pl.col("horizon_months") == self.horizon_months))
        key = ["as_of_date", "enterprise_id"]
        rows = asked.select(*key, "base").join(features, on=key, how="left", suffix="_feature").sort(key)
        matrix = feature_matrix(rows, self.catalogue)
        risk = money = np.zeros(len(matrix))
        parts, level = dict[str, Floats](), self.calibration
        if len(matrix):
            is_whole = self.level is not None and len(matrix) >= ROWS_FOR_LEVEL
            with fitting_threads(matrix):
                parts = self.estimator.contributions(matrix)
                raw = np.full(len(matrix), self.estimator.base_value)
                for part in parts.values():
                    raw = raw + part
                level = level.centred(raw, self.level) if is_whole and self.level else level
                risk = level.probability(raw)
                money = self.losses.money(matrix, risk, is_whole_cohort=is_whole)
        concepts = sorted({str(entry["concept"]) for entry in self.entries} | set(parts))
        loss = pl.Series("expected_loss", money).fill_nan(None).round(2).cast(MONEY)
        return rows.select(
            *key,
            pl.Series("risk", risk, pl.Float64),
            pl.min_horizontal(loss, pl.col("base").clip(lower_bound=0)).alias("expected_loss"),
            pl.lit(level.intercept + level.slope * self.estimator.base_value, pl.Float64).alias("base_value"),
            *(pl.Series(f"{PREFIX}{name}", level.slope * parts.get(name, risk * 0), pl.Float64) for name in concepts),
        )
