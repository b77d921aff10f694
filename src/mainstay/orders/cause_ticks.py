"""The causes that a visitor ticks, and the codes they stand for."""

from pathlib import Path

import polars as pl


def cause_ticks(seeds: Path) -> pl.DataFrame:
    """One row per cause that a form offers: `field` (key), `word` in plain Chinese, `cause_code` (DOMAIN section 4)."""
    return pl.read_csv(seeds / "cause_ticks.csv", infer_schema=False)
