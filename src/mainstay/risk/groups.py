"""The same metrics within groups (size class, industry, zone); a group that is too small says so instead."""

from typing import Any

import polars as pl

from mainstay.risk.drift import MIN_EVENTS, MIN_ROWS, NOT_ENOUGH
from mainstay.risk.flagged import flagged
from mainstay.risk.ranking_metrics import auc, average_precision, ranks, scores_of
from mainstay.risk.spread import spread

GROUPS = ("size_class", "industry", "zone")


def by_group(rows: pl.DataFrame, k: int) -> dict[str, Any]:
    """Metrics of the ranking by risk in each group, as means over the origins at which the group is large enough.

    Args:
        rows: Predictions of matured origins.
        k: The length of the list, of all groups together.

    Returns:
        For each column of `GROUPS`: by value `n`, `events`, `base_rate`, `auc`, `average_precision`, `flagged` (on the
        list), `flagged_share_true` of those, and `recall` (of the group's true labels) with their spread. Groups
        that nowhere have `MIN_ROWS` and `MIN_EVENTS` are counted together as `NOT_ENOUGH`: they would name firms.
    """
    listed = flagged(rows, "risk", k).select("origin", "enterprise_id", is_flagged=pl.lit(value=True))
    known = (
        rows.filter(pl.col("label").is_not_null())
        .join(listed, on=["origin", "enterprise_id"], how="left")
        .with_columns(pl.col("is_flagged").fill_null(value=False))
    )
    return {column: _by_value(known.filter(pl.col(column).is_not_null()), column) for column in GROUPS}


def _by_value(known: pl.DataFrame, column: str) -> dict[str, Any]:
    enough = (pl.len() >= MIN_ROWS) & (pl.col("label").sum() >= MIN_EVENTS)
    counted = known.with_columns(enough=enough.over("origin", column))
    large = counted.filter("enough").partition_by(column, "origin", as_dict=True)
    told: dict[str, list[dict[str, Any]]] = {}
    for (value, _), group in sorted(large.items()):
        told.setdefault(str(value), []).append(_one(group))
    small = counted.filter(~pl.col(column).is_in(list(told)))
    return {value: spread(parts) for value, parts in told.items()} | _not_enough(small, column)


def _not_enough(small: pl.DataFrame, column: str) -> dict[str, Any]:
    if small.is_empty():
        return {}
    return {NOT_ENOUGH: {"groups": small[column].n_unique(), "rows": small.height, "events": int(small["label"].sum())}}


def _one(group: pl.DataFrame) -> dict[str, Any]:
    labels = group["label"].to_numpy()
    ranked = ranks(scores_of(group, "risk"))
    named = group.filter("is_flagged")
    return {
        "n": group.height,
        "events": int(labels.sum()),
        "base_rate": float(labels.mean()),
        "auc": auc(ranked, labels),
        "average_precision": average_precision(ranked, labels),
        "flagged": named.height,
        "flagged_share_true": float(named["label"].mean()) if named.height else None,  # type: ignore[arg-type]
        "recall": int(named["label"].sum()) / int(labels.sum()),
    }
