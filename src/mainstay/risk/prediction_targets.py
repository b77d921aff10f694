"""What is predicted, for how long ahead, and the frames that carry it: cohorts, outcomes, predictions.

An *origin* is an as-of date at which enterprises were scored, with nothing known later. An outcome is judged with what
is known at another, later as-of date: for training that of the model's own origin, for the last word the newest one.
"""

from typing import Literal, get_args

import polars as pl

Target = Literal["decline", "relocation", "hidden_outflow"]
TARGETS: tuple[Target, ...] = get_args(Target)
HORIZONS = (3, 6, 12)
"""Months ahead: a quarter, the backtest's default, and the work order sheet's expected loss."""

MONEY = pl.Decimal(18, 2)

COHORT = pl.Schema(
    {
        "as_of_date": pl.Date(),
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "enterprise_id": pl.String(),
        "base": MONEY,
        "label_from": pl.Date(),
        "label_to": pl.Date(),
        "local_at_stake": MONEY,
        "industry": pl.String(),
        "zone": pl.String(),
        "size_class": pl.String(),
    }
)
"""Who is judged: one row per as-of date, target, horizon and enterprise (`features.risk_cohort`).

`base`: restored local-level revenue (or its fallback level) of the label window's calendar months, a year before it, as
known at the as-of date. `label_from` and `label_to`: first days of the window's first and last month.
`local_at_stake`: restored local-level revenue of the last twelve closed months.
"""

ORIGIN_COHORTS = pl.Schema({"origin_date" if name == "as_of_date" else name: kind for name, kind in COHORT.items()})
"""`run.cohorts`: the cohorts of earlier origins, as `labels.outcomes` reads them."""

OUTCOMES = pl.Schema(
    {
        "as_of_date": pl.Date(),
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "origin_date": pl.Date(),
        "enterprise_id": pl.String(),
        "base": MONEY,
        "label_from": pl.Date(),
        "label_to": pl.Date(),
        "actual": MONEY,
        "label": pl.Boolean(),
        "loss": MONEY,
        "unknown_reason": pl.String(),
        "treated": pl.Boolean(),
        "lesson_to": pl.Date(),
        "lesson_base": MONEY,
        "lesson": pl.Boolean(),
        "lesson_loss": MONEY,
    }
)
"""What became of earlier cohorts, as judged at `as_of_date` (`labels.outcomes`).

`label` is null where it is not known (yet), with the reason. `loss`: base less actual where the label is true, 0 where
it is false. `treated`: somebody visited the enterprise between origin and the end of the window.

A model learns from the lesson: the same judgement on the part of the window that is settled, once it is half of it or
more. The newest month is left out: in it some enterprises are missing only because they file late. Null = no lesson.
"""

PREDICTIONS = pl.Schema(
    {
        "origin": pl.String(),
        "as_of_date": pl.Date(),
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "enterprise_id": pl.String(),
        "base": MONEY,
        "label_from": pl.Date(),
        "label_to": pl.Date(),
        "actual": MONEY,
        "label": pl.Boolean(),
        "loss": MONEY,
        "unknown_reason": pl.String(),
        "risk": pl.Float64(),
        "grade": pl.String(),
        "expected_loss": MONEY,
        "treated": pl.Boolean(),
        "industry": pl.String(),
        "zone": pl.String(),
        "size_class": pl.String(),
        "local_at_stake": MONEY,
        "baseline_drop": pl.Float64(),
        "baseline_drop_x_amount": pl.Float64(),
        "baseline_size": pl.Float64(),
        "baseline_signal_points": pl.Float64(),
        "basis": pl.String(),
        "model_version": pl.String(),
    }
)
"""A backtest's `predictions.parquet`: one row per origin and enterprise; every metric can be computed from it alone."""


def risk_horizons() -> pl.DataFrame:
    """One row per horizon (key: `horizon_months`), for `run.risk_horizons`."""
    return pl.DataFrame({"horizon_months": HORIZONS}, schema={"horizon_months": pl.Int64})


def origin_cohorts(cohort: pl.DataFrame | None = None) -> pl.DataFrame:
    """`COHORT` rows of earlier origins as `ORIGIN_COHORTS`, for `run.cohorts`; without any an empty frame."""
    if cohort is None:
        return ORIGIN_COHORTS.to_frame()
    renamed = cohort.rename({"as_of_date": "origin_date"})
    return renamed.select(pl.col(name).cast(kind) for name, kind in ORIGIN_COHORTS.items())
