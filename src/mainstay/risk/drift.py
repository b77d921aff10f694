"""Whether today's firms still look like those a model was trained on; with too few of them, that is the answer.

An alarm on twelve firms is noise: below a minimum of rows, or of events for the base rate, the result is `NOT_ENOUGH`.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from mainstay.risk.matrix import Floats
from mainstay.risk.ranking_metrics import scores_of

NOT_ENOUGH = "not enough data"
MIN_ROWS = 100
"""Rows in each of the two samples. 2026-11: with 100 and ten bins, the index of two samples of the same firms is below
0.25 in almost all draws; a judgement."""
MIN_EVENTS = 10
SLIGHT, STRONG = 0.1, 0.25
"""The usual bounds of the population stability index: below 0.1 stable, from 0.25 on shifted (Siddiqi, 2006)."""
BINS = 10

DRIFT = pl.Schema(
    {
        "subject": pl.String(),
        "measure": pl.String(),
        "reference_n": pl.Int64(),
        "now_n": pl.Int64(),
        "reference": pl.Float64(),
        "now": pl.Float64(),
        "value": pl.Float64(),
        "result": pl.String(),
    }
)
"""One row a subject (`risk`, a feature, `base_rate`). `measure`: psi, or change in base rate (`reference` and `now` are
the two rates, else the two means). `result`: stable, slight shift, shifted, or not enough data, then without value."""


def population_stability(reference: Floats, now: Floats, bins: int = BINS) -> float:
    """Population stability index: sum over bins of (share now - share then) x ln(share now / share then).

    Bins are the reference's quantiles, values that are not known (nan) a bin of their own; half a row is added to every
    bin, so that an empty one has a logarithm.
    """
    known = reference[~np.isnan(reference)]
    inner = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else np.empty(0)
    then, today = _shares(reference, inner), _shares(now, inner)
    return float(np.sum((today - then) * np.log(today / then)))


def _shares(values: Floats, inner: Floats) -> Floats:
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(inner, known, side="right"), minlength=len(inner) + 1)
    every = np.append(counts, len(values) - len(known)) + 0.5
    shares: Floats = every / every.sum()
    return shares


def drift(reference: pl.DataFrame, now: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The stability of each column between a reference (training) and now.

    Args:
        reference: One row per firm (and origin) that the model was trained on.
        now: One row per firm that it scores.
        columns: What to compare: `risk`, features; numbers, null = not known.

    Returns:
        `DRIFT`, in the order of the columns.
    """
    enough = min(reference.height, now.height) >= MIN_ROWS
    rows = []
    for column in columns:
        then, today = scores_of(reference, column), scores_of(now, column)
        value = population_stability(then, today) if enough else None
        rows.append(
            {
                "subject": column,
                "measure": "psi",
                "reference_n": len(then),
                "now_n": len(today),
                "reference": _mean(then) if enough else None,
                "now": _mean(today) if enough else None,
                "value": value,
                "result": NOT_ENOUGH if value is None else _in_words(value),
            }
        )
    return pl.DataFrame(rows, schema=DRIFT)


def base_rate_change(reference: pl.Series, now: pl.Series) -> pl.DataFrame:
    """The change of the share of true labels, one row of `DRIFT`; unknown labels are left out.

    Shifted where it is beyond two standard errors of the difference, else stable.
    """
    then, today = reference.drop_nulls(), now.drop_nulls()
    events = (int(then.sum() or 0), int(today.sum() or 0))
    row = {"subject": "base_rate", "measure": "change", "reference_n": len(then), "now_n": len(today)}
    if min(len(then), len(today)) < MIN_ROWS or min(events) < MIN_EVENTS:
        return pl.DataFrame([{**row, "result": NOT_ENOUGH}], schema=DRIFT)
    rates = (events[0] / len(then), events[1] / len(today))
    error = np.sqrt(sum(rate * (1 - rate) / size for rate, size in zip(rates, (len(then), len(today)), strict=True)))
    change = rates[1] - rates[0]
    result = "shifted" if abs(change) > 2 * error else "stable"
    figures = {"reference": rates[0], "now": rates[1], "value": change, "result": result}
    return pl.DataFrame([row | figures], schema=DRIFT)


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.sort(known).mean()) if len(known) else None


def _in_words(index: float) -> str:
    if index < SLIGHT:
        return "stable"
    return "slight shift" if index < STRONG else "shifted"
