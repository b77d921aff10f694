"""The causes of every enterprise on a list, from the relations of a week."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from mainstay.revenue.cause_amounts import cases_of, event_matters, explain
from mainstay.revenue.cause_words import Wording

RELATIONS: tuple[str, ...] = (
    "features.list_lines",
    "features.cause_components",
    "features.cause_periods",
    "features.cause_absences",
    "features.absence_spells",
    "features.cause_inputs",
)
"""What the causes are computed from."""


def explain_lists(
    frames: Mapping[str, pl.DataFrame],
    seeds: Path,
    as_of: date,
    *,
    money_zh: Callable[[Decimal], str],
    money_en: Callable[[Decimal], str],
) -> pl.DataFrame:
    """Explain the change of every line of every list; see `causes.explain`.

    Args:
        frames: `RELATIONS` by name.
        seeds: The folder of reference tables, for the matters of known events.
        as_of: The as-of date of the frames.
        money_zh: An amount in the display unit, with the unit's word.
        money_en: An amount in the ledger's currency.

    Returns:
        `causes.SCHEMA`, one row a cause (key: list, enterprise, code).
    """
    lines, components, periods, absences, spells, inputs = (frames[name] for name in RELATIONS)
    matters = event_matters(seeds).rows(named=True)
    words = Wording(
        money_zh,
        money_en,
        {row["matter"]: (row["name_zh"], row["name_en"]) for row in matters},
        inputs.row(0, named=True),
    )
    codes = {row["matter"]: row["cause_codes"].split() for row in matters}
    return explain(cases_of(lines, components, periods, absences, spells, as_of), codes, words)
