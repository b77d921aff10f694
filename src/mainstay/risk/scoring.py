"""The frame that every score fills, be it a rule's or a model's."""

import polars as pl

SCORES = pl.Schema(
    {
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "enterprise_id": pl.String(),
        "risk": pl.Float64(),
        "grade": pl.String(),
        "expected_loss": pl.Decimal(18, 2),
        "rank": pl.Int64(),
        "reasons": pl.String(),
        "model_version": pl.String(),
        "basis": pl.String(),
        "reasons_en": pl.String(),
        "verify": pl.String(),
        "signal_groups": pl.Int64(),
        "training_period": pl.String(),
        "training_events": pl.Int64(),
    }
)
"""One row per target, horizon and enterprise. `risk` in 0..1, `grade` high, medium, low or null
(not assessed), `expected_loss` in the ledger's unit over the horizon, `rank` 1 = the largest expected loss.

`basis` is rule or model; `verify` says what to verify on the spot; `signal_groups` counts the independent groups of
signs that point the same way; a model names the months it was trained on and the events in them."""

RULE, MODEL = "rule", "model"


def spans(recent_months: int) -> pl.DataFrame:
    """The month spans that `features.risk_inputs` sums, as offsets from the last closed month.

    One row a span: `span`, `first_offset`, `last_offset` (months, inclusive).
    """
    return pl.DataFrame(
        {
            "span": ["recent", "recent_prior", "base_3", "base_6", "base_12"],
            "first_offset": [1 - recent_months, -11 - recent_months, -11, -11, -11],
            "last_offset": [0, -12, -9, -6, 0],
        }
    )


def as_scores(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as `SCORES`; what they do not have is null, the basis a rule."""
    known = {"basis": pl.lit(RULE)} | {name: pl.lit(None) for name in SCORES if name != "basis"}
    missing = {name: value for name, value in known.items() if name not in rows.columns}
    return rows.with_columns(**missing).select(pl.col(name).cast(kind) for name, kind in SCORES.items())
