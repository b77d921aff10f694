"""The baseline score: drop x amount. Transparent, and named as what it is: a rule, not a model.

drop = how far the last months fall short of the same months a year before, between 0 and 1;
expected loss = drop x the revenue of the months ahead, a year before. It is the baseline that a model has to beat.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import polars as pl

from mainstay.risk.grades import graded_by_rule
from mainstay.risk.prediction_targets import HORIZONS
from mainstay.risk.scoring import as_scores


@dataclass(frozen=True)
class DropTimesAmount:
    """Scores `decline` by rule.

    Args:
        floor: Enterprises whose base of 12 months is below it are not assessed, in the ledger's unit.
        high_from: The drop from which the grade is high.
        medium_from: The drop from which the grade is medium.
        recent_months: Over how many months the drop is measured, for the wording of the reasons.
    """

    version: ClassVar[str] = "baseline-drop-x-amount-1"
    floor: Decimal
    high_from: float
    medium_from: float
    recent_months: int = 3

    def score(self, inputs: pl.DataFrame) -> pl.DataFrame:
        """Score every enterprise for every horizon; where a span is not covered all figures are null."""
        return pl.concat([self._score_horizon(inputs, months) for months in HORIZONS])

    def _score_horizon(self, inputs: pl.DataFrame, months: int) -> pl.DataFrame:
        base = pl.col(f"base_{months}")
        assessed = (pl.col("recent_prior") > 0) & (pl.col("base_12") >= self.floor)
        drop = (1 - pl.col("recent").cast(pl.Float64) / pl.col("recent_prior").cast(pl.Float64)).clip(0, 1)
        scored = inputs.with_columns(risk=pl.when(assessed).then(drop)).with_columns(
            grade=graded_by_rule(pl.col("risk"), high_from=self.high_from, medium_from=self.medium_from),
            expected_loss=(pl.col("risk") * base.clip(lower_bound=0).cast(pl.Float64)).round(2).cast(pl.Decimal(18, 2)),
        )
        # Apart from those not assessed: a missing figure would come before every other.
        is_assessed = pl.col("expected_loss").is_not_null()
        order = pl.struct(-pl.col("expected_loss"), "enterprise_id").rank("ordinal").over(is_assessed)
        drop_words = (pl.col("risk") * 100).round(1)
        rows = scored.select(
            target=pl.lit("decline"),
            horizon_months=pl.lit(months, dtype=pl.Int64),
            enterprise_id="enterprise_id",
            risk="risk",
            grade="grade",
            expected_loss="expected_loss",
            rank=pl.when(is_assessed).then(order).cast(pl.Int64),
            reasons=pl.when(pl.col("risk") > 0).then(
                pl.format(f"规则评分：近{self.recent_months}个月还原口径收入较上年同期下降{{}}%", drop_words)
            ),
            reasons_en=pl.when(pl.col("risk") > 0).then(
                pl.format(
                    f"rule score: restored revenue of the last {self.recent_months} months {{}}% below the year before",
                    drop_words,
                )
            ),
            signal_groups=pl.when(pl.col("risk").is_not_null()).then((pl.col("risk") > 0).cast(pl.Int64)),
            model_version=pl.lit(self.version),
        )
        return as_scores(rows)
