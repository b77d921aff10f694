"""The catalogue of features as the frame that training and the model store read."""

from pathlib import Path

import polars as pl


def catalogue_frame(seeds: Path) -> pl.DataFrame:
    """One row a feature, all columns text: feature, concept, name_zh, name_en, unit, needs."""
    return pl.read_csv(seeds / "risk_features.csv", infer_schema=False)
