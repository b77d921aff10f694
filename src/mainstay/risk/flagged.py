"""What the lists of several origins say together: how steady they are, and how early they name who declines.

A list is the first k of a ranking over the whole cohort, whether the outcome is known or not; ties by enterprise id.
"""

from itertools import pairwise
from typing import Any

import polars as pl


def flagged(rows: pl.DataFrame, ranking: str, k: int) -> pl.DataFrame:
    """The rows of each origin's first k by a ranking; rows without a score are on no list."""
    place = pl.struct(-pl.col(ranking), "enterprise_id").rank("ordinal").over("origin")
    return rows.filter(pl.col(ranking).is_not_null()).filter(place <= k)


def stability(rows: pl.DataFrame, ranking: str, k: int) -> list[dict[str, Any]]:
    """How far each origin's list agrees with that of the origin before.

    Returns:
        `origin`; `previous`; `months` between the two; `same_basis`: whether a model or a rule scored both; `overlap`:
        firms on both; `jaccard`: overlap over the firms on either.
    """
    lists = (
        flagged(rows, ranking, k)
        .group_by("origin")
        .agg(ids=pl.col("enterprise_id"), basis=pl.col("basis").first())
        .sort("origin")
        .rows(named=True)
    )
    return [_compared(before, now) for before, now in pairwise(lists)]


def _compared(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    former, later = set(before["ids"]), set(now["ids"])
    both = len(former & later)
    return {
        "origin": now["origin"],
        "previous": before["origin"],
        "months": _month(now["origin"]) - _month(before["origin"]),
        "same_basis": now["basis"] == before["basis"],
        "overlap": both,
        "jaccard": both / len(former | later),
    }


def _month(origin: str) -> int:
    year, month = origin.split("-")
    return int(year) * 12 + int(month)


def lead_time(rows: pl.DataFrame, ranking: str, k: int) -> dict[str, Any]:
    """How many months before its decline (or move) an enterprise was first on the list.

    An enterprise declined from the first month of the earliest of its label windows that was judged true
    (`label_from`): a window that lies below the threshold begins no later than the fall, so no lead is overstated.
    It was flagged from the month of the earliest origin with it on the list. The lead is the months between the two;
    0 = the window began in the month of the origin. Only what the requested origins can show: an enterprise that was
    flagged or had declined before the first of them counts from there on.

    Returns:
        `declined`: enterprises with a true label; `flagged`: those ever on a list; `in_time`: flagged at the origin of
        their earliest true window, or before; `share_in_time` of those that declined; `median_months` and
        `mean_months` over those in time, null where there is none.
    """
    first = {"origin": pl.col("origin").min()}
    fell = rows.filter(pl.col("label")).group_by("enterprise_id").agg(**first, fell_from=pl.col("label_from").min())
    named = flagged(rows, ranking, k).group_by("enterprise_id").agg(named_at=pl.col("origin").min())
    both = fell.join(named, on="enterprise_id", how="inner")
    in_time = both.filter(pl.col("named_at") <= pl.col("origin"))
    lead = in_time.select(
        months=pl.col("fell_from").dt.year() * 12
        + pl.col("fell_from").dt.month()
        - pl.col("named_at").str.slice(0, 4).cast(pl.Int32) * 12
        - pl.col("named_at").str.slice(5, 2).cast(pl.Int32)
    )["months"]
    return {
        "declined": fell.height,
        "flagged": both.height,
        "in_time": in_time.height,
        "share_in_time": in_time.height / fell.height if fell.height else None,
        "median_months": lead.median(),
        "mean_months": lead.mean(),
    }
