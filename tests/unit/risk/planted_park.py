"""A park with planted effects, as frames: what declines by what, who leaves by which sign."""

from datetime import date

import numpy as np
import polars as pl
import polars.selectors as cs

from mainstay.risk.prediction_targets import OUTCOMES

CATALOGUE = pl.DataFrame(
    [
        ("yoy_3", "revenue", "近三个月同比"),
        ("log_size", "revenue", "规模"),
        ("zero_months", "gaps", "零收入月数"),
        ("late_filings", "filing", "逾期申报"),
        ("noise_a", "peers", "噪声甲"),
        ("noise_b", "peers", "噪声乙"),
        ("never_known", "operations", "从未有值"),
        ("always_one", "operations", "恒为一"),
        ("address_change_filed", "signals", "住所变更登记到区外"),
        ("controller_changed", "signals", "控制人变更"),
        ("signal_points", "signals", "信号分"),
    ],
    schema=["feature", "concept", "name_zh"],
    orient="row",
).with_columns(name_en="name_zh", unit=pl.lit("ratio"), needs=pl.lit(""))

SIGNALS = pl.DataFrame(
    {
        "signal": ["address_change_filed", "controller_changed", "lease_ends"],
        "weight": [5, 2, 3],
        "lead_from": [0, 1, 1],
        "lead_to": [2, 9, 6],
    }
)


def month_end(number: int) -> date:
    """The last day of the n-th month after 2014-12."""
    return pl.date_range(date(2014, 12, 1), date(2030, 1, 1), "1mo", eager=True).dt.month_end()[number]


def features(origins: list[date], firms: int, *, seed: int = 1) -> pl.DataFrame:
    """One row per origin and firm; every feature drawn anew at each origin but for the size."""
    drawn = np.random.default_rng(seed)
    size = drawn.normal(11, 1.5, firms)
    frames = []
    for origin in origins:
        yoy = np.tanh(drawn.normal(0, 0.25, firms))
        yoy[drawn.random(firms) < 0.05] = np.nan
        frame = pl.DataFrame(
            {
                "enterprise_id": [f"E{number:04d}" for number in range(firms)],
                "yoy_3": yoy,
                "log_size": size,
                "zero_months": drawn.poisson(0.4, firms).astype(float),
                "late_filings": drawn.poisson(0.6, firms).astype(float),
                "noise_a": drawn.normal(0, 1, firms),
                "noise_b": drawn.normal(0, 1, firms),
                "never_known": np.full(firms, np.nan),
                "always_one": np.ones(firms),
                "address_change_filed": (drawn.random(firms) < 0.04).astype(float),
                "controller_changed": (drawn.random(firms) < 0.08).astype(float),
            }
        )
        points = 5 * pl.col("address_change_filed") + 2 * pl.col("controller_changed")
        frame = frame.with_columns(signal_points=points)
        frames.append(frame.select(pl.lit(origin).alias("as_of_date"), "enterprise_id", cs.float().fill_nan(None)))
    return pl.concat(frames)


def decline_odds(rows: pl.DataFrame) -> np.ndarray:
    """The planted log-odds of a decline: zero months and late filings drive it, the drop a little."""
    yoy = rows["yoy_3"].fill_null(0).to_numpy()
    return (
        -3.2
        + 1.3 * np.clip(rows["zero_months"].to_numpy(), 0, 2)
        + 1.1 * (rows["late_filings"].to_numpy() >= 2)
        + 1.4 * np.clip(-yoy, 0, 1)
    )


def move_odds(rows: pl.DataFrame) -> np.ndarray:
    """The planted log-odds of leaving: an address filed elsewhere, and nothing else."""
    return -4.0 + 4.0 * rows["address_change_filed"].to_numpy()


def outcomes(
    rows: pl.DataFrame, log_odds: np.ndarray, judged: date, *, target: str = "decline", horizon: int = 3, seed: int = 2
) -> pl.DataFrame:
    """What became of every row, as `labels.outcomes` gives it; windows that are not over are unknown.

    The lesson tells the same of the part of the window that had another closed month after it, if that is half of it.
    """
    drawn = np.random.default_rng(seed)
    happened = drawn.random(rows.height) < 1 / (1 + np.exp(-log_odds))
    lost = np.where(happened, drawn.uniform(0.3, 1, rows.height), 0.0)
    framed = rows.select(
        as_of_date=pl.lit(judged),
        target=pl.lit(target),
        horizon_months=pl.lit(horizon),
        origin_date="as_of_date",
        enterprise_id="enterprise_id",
        base=pl.col("log_size").exp().round(2).cast(pl.Decimal(18, 2)),
        label_from=pl.col("as_of_date").dt.offset_by("1d"),
        label_to=pl.col("as_of_date").dt.offset_by("1d").dt.offset_by(f"{horizon - 1}mo"),
        lost=pl.Series(lost),
        happened=pl.Series(happened),
        treated=pl.Series(drawn.random(rows.height) < 0.05),
    )
    known = pl.col("label_to").dt.month_end() <= judged
    money = pl.col("base").cast(pl.Float64)
    settled_to = pl.lit(judged).dt.offset_by("1d").dt.truncate("1mo").dt.offset_by("-2mo")
    framed = framed.with_columns(lesson_to=pl.min_horizontal("label_to", settled_to))
    months = _months(pl.col("lesson_to")) - _months(pl.col("label_from")) + 1
    taught = 2 * months >= horizon
    part = money * months / horizon
    return framed.with_columns(
        actual=pl.when(known).then(money * (1 - pl.col("lost"))),
        label=pl.when(known).then(pl.col("happened")),
        loss=pl.when(known).then(money * pl.col("lost")),
        unknown_reason=pl.when(~known).then(pl.lit("not_matured")),
        lesson_to=pl.when(taught).then(pl.col("lesson_to")),
        lesson_base=pl.when(taught).then(part),
        lesson=pl.when(taught).then(pl.col("happened")),
        lesson_loss=pl.when(taught).then(part * pl.col("lost")),
    ).select(pl.col(name).cast(kind) for name, kind in OUTCOMES.items())


def _months(day: pl.Expr) -> pl.Expr:
    return 12 * day.dt.year().cast(pl.Int64) + day.dt.month()


def cohort(rows: pl.DataFrame, *, target: str = "decline", horizon: int = 3) -> pl.DataFrame:
    """The rows as a cohort to score."""
    return rows.select(
        "as_of_date",
        target=pl.lit(target),
        horizon_months=pl.lit(horizon, pl.Int64),
        enterprise_id="enterprise_id",
        base=pl.col("log_size").exp().round(2).cast(pl.Decimal(18, 2)),
    )
