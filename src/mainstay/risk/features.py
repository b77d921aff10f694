"""The catalogue of features: what each column of `features.risk_features` means, and which concept it belongs to.

Most features are *changes* from b to a, measured as (a - b) / (|a| + |b|): between -1 (all gone) and 1 (all new),
defined also where b is zero, and as far from 0 for a loss as for a gain. `as_rate` gives the rate that people read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import polars as pl

Concept = Literal[
    "revenue", "gaps", "filing", "mix", "peers", "site", "chain", "age", "signals", "service", "operations"
]
CONCEPTS: tuple[Concept, ...] = get_args(Concept)
"""What a risk is told in terms of; no tree and no weight mixes two of them, so that each has a share of its own."""

KEY = ("as_of_date", "enterprise_id")


@dataclass(frozen=True)
class Feature:
    """One feature of the catalogue.

    Args:
        name: The column of `features.risk_features`; null there means not known.
        concept: What it tells of.
        name_zh: What it is, in Chinese.
        name_en: What it is, in English.
        unit: ratio, count, months, flag (0 or 1) or number.
        needs: The canonical target without which it is never known.
    """

    name: str
    concept: Concept
    name_zh: str
    name_en: str
    unit: str
    needs: str


def feature_catalogue(seeds: Path) -> tuple[Feature, ...]:
    """The features of seeds/risk_features.csv, in the order of the columns of `features.risk_features`."""
    rows = pl.read_csv(seeds / "risk_features.csv", infer_schema=False)
    return tuple(
        Feature(
            name=row["feature"],
            concept=cast("Concept", row["concept"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            unit=row["unit"],
            needs=row["needs"],
        )
        for row in rows.iter_rows(named=True)
    )


def by_concept(catalogue: Sequence[Feature]) -> dict[Concept, tuple[str, ...]]:
    """The names of the features of every concept, in the catalogue's order; a concept without any is left out."""
    named = {concept: tuple(f.name for f in catalogue if f.concept == concept) for concept in CONCEPTS}
    return {concept: names for concept, names in named.items() if names}


def as_rate(change: float) -> float | None:
    """The usual rate of a change of amounts above zero, a / b - 1; None where there was nothing before.

    For example -1/3 is a rate of -0.5, 1/3 of +1.
    """
    return None if change >= 1 else (1 + change) / (1 - change) - 1
