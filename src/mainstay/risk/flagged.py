"""What the lists of several origins say together: how steady they are, and how early they name who declines.

A list is the first k of a ranking over the whole cohort, whether the outcome is known or not; ties by enterprise id.
"""

from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from mainstay.months import month_number, months_between

_FIRM = "enterprise_id"
_WINDOW = ("label_from", "label_to")


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
        "months": months_between(*(date.fromisoformat(f"{one['origin']}-01") for one in (before, now))),
        "same_basis": now["basis"] == before["basis"],
        "overlap": both,
        "jaccard": both / len(former | later),
    }


def lead_time(rows: pl.DataFrame, ranking: str, k: int) -> dict[str, Any]:
    """How many months before its decline (or move) an enterprise was first on the list.

    It declined somewhere in the earliest of its label windows that was judged true: no earlier than the window's first
    month (`label_from`), which is where the lead ends at least, and no later than its last (`label_to`), which is where
    it ends at most. It was flagged from the month of the earliest origin with it on the list. The lead is the months
    between the two; 0 = the window began in the month of the origin. Only what the requested origins can show: an
    enterprise whose first known window is true already may have been listed, and have declined, before all of them;
    its lead has no upper bound, and it is left out of that one.

    Returns:
        `declined`: enterprises with a true label; `flagged`: those ever on a list; `in_time`: flagged at the origin of
        their earliest true window, or before; `share_in_time` of those that declined; `median_months` and
        `mean_months` over those in time, null where there is none; `bounded`: those of them whose first known window
        was not true; `median_months_at_most` and `mean_months_at_most` over these.
    """
    judged = rows.filter(pl.col("label").is_not_null()).with_columns(first_known=pl.col("origin").min().over(_FIRM))
    fell = (
        judged.filter("label")
        .sort("origin")
        .group_by(_FIRM)
        .agg(pl.col("origin", "first_known").first(), *(month_number(pl.col(day).first()) for day in _WINDOW))
    )
    named = flagged(rows, ranking, k).group_by(_FIRM).agg(named_at=pl.col("origin").min())
    named = named.with_columns(named_in=month_number((pl.col("named_at") + "-01").str.to_date()))
    both = fell.join(named, on=_FIRM, how="inner")
    in_time = both.filter(pl.col("named_at") <= pl.col("origin"))
    lead = in_time.select(
        at_least=pl.col("label_from") - pl.col("named_in"),
        at_most=pl.when(pl.col("first_known") < pl.col("origin")).then(pl.col("label_to") - pl.col("named_in")),
    )
    return {
        "declined": fell.height,
        "flagged": both.height,
        "in_time": in_time.height,
        "share_in_time": in_time.height / fell.height if fell.height else None,
        "median_months": lead["at_least"].median(),
        "mean_months": lead["at_least"].mean(),
        "bounded": lead["at_most"].count(),
        "median_months_at_most": lead["at_most"].median(),
        "mean_months_at_most": lead["at_most"].mean(),
    }
