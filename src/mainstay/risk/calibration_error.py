"""Whether a probability means what it says: Brier score, expected calibration error, and the table for the plot."""

import numpy as np
import polars as pl

from mainstay.risk.matrix import Flags, Floats

BINS = 10

TABLE = pl.Schema(
    {
        "bin": pl.Int64(),
        "n": pl.Int64(),
        "mean_risk": pl.Float64(),
        "rate": pl.Float64(),
        "lowest": pl.Float64(),
        "highest": pl.Float64(),
    }
)
"""One row a bin: its rows, their mean risk, the share of true labels, and the risks at its ends."""


def brier(risks: Floats, labels: Flags) -> float | None:
    """Mean squared difference of risk and label; None without rows. Source: Brier (1950)."""
    return float(np.mean((risks - labels) ** 2)) if len(risks) else None


def calibration_table(risks: Floats, labels: Flags, bins: int = BINS) -> pl.DataFrame:
    """Bins of equal mass, from low to high risk; rows of equal risk are never parted, so their order does not matter.

    A row's bin is that of the mean rank of all rows with its risk. Returns `TABLE`; a bin that ties left empty is not
    there.
    """
    places = pl.col("risk").rank("average")
    number = ((places - 0.5) * bins / pl.len()).floor().clip(0, bins - 1).cast(pl.Int64)
    rows = pl.DataFrame({"risk": risks, "label": labels}, schema={"risk": pl.Float64, "label": pl.Boolean})
    return (
        rows.with_columns(bin=number)
        .group_by("bin")
        .agg(
            n=pl.len().cast(pl.Int64),
            mean_risk=pl.col("risk").sort().mean(),
            rate=pl.col("label").mean(),
            lowest=pl.col("risk").min(),
            highest=pl.col("risk").max(),
        )
        .sort("bin")
        .select(TABLE.names())
        .cast(TABLE)
    )


def calibration_error(table: pl.DataFrame) -> float | None:
    """ECE: the mean over bins, weighted by rows, of |mean risk - rate|; None without rows.

    Source: Naeini et al. (2015), with bins of equal mass.
    """
    if table.is_empty():
        return None
    gaps = ((pl.col("mean_risk") - pl.col("rate")).abs() * pl.col("n")).sum() / pl.col("n").sum()
    return float(table.select(gaps).item())
