"""The relocation grade, by rule: the prior weights of the signals that hold, added up (DOMAIN section 3).

A rule, not a model (规则评分): with two returns and a few retained a year nothing can be trained. Signals of one kind
count once; a decisive one makes the grade high by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from mainstay.errors import SettingsError
from mainstay.risk.grades import graded_by_rule
from mainstay.risk.prediction_targets import HORIZONS
from mainstay.risk.scoring import as_scores

HIGH_FROM = 7
"""Points from which the grade is high. 2026-11: two strong signals (5 + 2) or three that are noticeable on their own
(3 + 2 + 2); a judgement, as there are no labelled moves yet."""
MEDIUM_FROM = 4
"""Points from which the grade is medium. 2026-11: one strong signal (4, 5) or two weak ones (2 + 2)."""
FULL_POINTS = 10
"""Points at which the score is 1, the weight of a decisive signal in the seeds."""

_SIGNALS: dict[str, pl.DataType] = {
    "signal": pl.String(),
    "name": pl.String(),
    "lead_from": pl.Int32(),
    "lead_to": pl.Int32(),
    "weight": pl.Int64(),
    "is_decisive": pl.Boolean(),
    "source": pl.String(),
    "is_on": pl.Boolean(),
    "signal_group": pl.String(),
}


def signal_definitions(seeds: Path, *, on: Iterable[str] = (), off: Iterable[str] = ()) -> pl.DataFrame:
    """One row per kind of signal (key: signal): name, lead_from and lead_to in months, weight, is_decisive, is_on.

    Args:
        seeds: The folder with signals.csv.
        on: Signals that the workspace switches on, by code.
        off: Those that it switches off.

    Raises:
        SettingsError: A signal is not known, or is switched on and off at once.
    """
    shipped = pl.read_csv(seeds / "signals.csv", infer_schema=False).rename({"code": "signal"})
    flags = {name: pl.col(name) == "true" for name in ("is_decisive", "is_on")}
    typed = shipped.with_columns(**flags).select(pl.col(name).cast(kind) for name, kind in _SIGNALS.items())
    switched = {**dict.fromkeys(on, True), **dict.fromkeys(off, False)}
    wrong = sorted((set(switched) - set(typed["signal"])) | (set(on) & set(off)))
    if wrong:
        raise SettingsError(
            "a signal is unknown, or both switched on and off",
            where=f"[signals] {', '.join(wrong)}",
            count=len(wrong),
            hint=f"known: {', '.join(sorted(typed['signal']))}",
        )
    is_on = pl.col("signal").replace_strict(switched, default=None, return_dtype=pl.Boolean)
    return typed.with_columns(is_on=pl.coalesce(is_on, "is_on")).sort("signal")


@dataclass(frozen=True)
class SignalPoints:
    """Scores `relocation` by rule.

    Args:
        high_from: Points from which the grade is high.
        medium_from: Points from which it is medium.
    """

    version: ClassVar[str] = "rule-signals-1"
    high_from: int = HIGH_FROM
    medium_from: int = MEDIUM_FROM

    def grade(self, points: pl.Expr, *, is_decisive: pl.Expr) -> pl.Expr:
        """The grade by points; of an enterprise with a decisive signal it is high, of one without points null."""
        weight = pl.when(points.is_not_null() & is_decisive).then(float(self.high_from)).otherwise(points)
        return graded_by_rule(weight, high_from=self.high_from, medium_from=self.medium_from)

    def score(self, inputs: pl.DataFrame) -> pl.DataFrame:
        """Score every row of `features.relocation_inputs`; returns `SCORES`.

        `risk` is the points over ten, at most 1, and no probability; there is no expected loss without one. The rank
        is by points, then local revenue at stake, then id, and only where there is a signal. Where no source of
        signals was ever delivered, nothing is assessed: all figures are null.
        """
        graded = self._graded(inputs)
        # The signals lead by up to twelve months and say nothing finer of when: the grades are the same.
        return pl.concat([self._horizon(graded, months) for months in HORIZONS])

    def _graded(self, inputs: pl.DataFrame) -> pl.DataFrame:
        points = pl.col("points")
        grade = self.grade(points, is_decisive=pl.col("is_decisive"))
        order = pl.struct(-points, -pl.col("local_at_stake").fill_null(0), "enterprise_id")
        assessed = inputs.with_columns(points=pl.when(pl.col("has_sources")).then(pl.col("points").cast(pl.Int64)))
        decisive = pl.when(pl.col("is_decisive")).then(1.0).otherwise(points / FULL_POINTS)
        return assessed.join(_reasons(assessed), on="enterprise_id", how="left").with_columns(
            grade=grade,
            risk=pl.when(points.is_not_null()).then(decisive.clip(0, 1)),
            rank=pl.when(points > 0).then(order.rank("ordinal").over(points > 0)),
        )

    def _horizon(self, graded: pl.DataFrame, months: int) -> pl.DataFrame:
        rows = graded.with_columns(
            target=pl.lit("relocation"),
            horizon_months=pl.lit(months),
            expected_loss=pl.lit(None),
            signal_groups=pl.when(pl.col("points").is_not_null()).then("signal_groups"),
            model_version=pl.lit(self.version),
        )
        return as_scores(rows)


def _reasons(inputs: pl.DataFrame) -> pl.DataFrame:
    """One sentence per enterprise with a signal: the signals, the heaviest first, each with its date."""
    named = inputs.filter(pl.col("points") > 0).explode("signals", "signal_codes", "dated_on")
    day = pl.col("dated_on").dt.to_string("%Y-%m-%d")
    signal = pl.format("{}（{}）", "signals", day).str.join("、")
    signal_en = pl.format("{} ({})", pl.col("signal_codes").str.replace_all("_", " "), day).str.join(", ")
    told = named.group_by("enterprise_id", maintain_order=True).agg(
        pl.col("points").first(), told=signal, told_en=signal_en
    )
    return told.select(
        "enterprise_id",
        reasons=pl.format("规则评分{}分：{}", "points", "told"),
        reasons_en=pl.format("rule score, {} points: {}", "points", "told_en"),
    )
