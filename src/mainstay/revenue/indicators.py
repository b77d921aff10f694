"""Which statistical totals are which park indicator, and what their units mean (seeds/aggregate_*.csv)."""

from pathlib import Path

import polars as pl


def aggregate_indicators(seeds: Path) -> pl.DataFrame:
    """One row per name of a statistical total as delivered (key: name): indicator, its name in the marts."""
    return pl.read_csv(seeds / "aggregate_indicators.csv", infer_schema=False).select("name", "indicator")


def aggregate_units(seeds: Path) -> pl.DataFrame:
    """One row per unit as delivered (key: unit_delivered): unit in the marts, factor to multiply the value by."""
    return pl.read_csv(seeds / "aggregate_units.csv", schema_overrides={"factor": pl.Int64}).select(
        "unit_delivered", "unit", "factor"
    )
