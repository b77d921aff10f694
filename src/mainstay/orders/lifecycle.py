"""Where every order stands: its outcomes known by then, followed in the order in which they happened.

The state is not stored. It is folded anew each week from the facts, so that a correction, a late form and a replay
need no code of their own.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from mainstay.orders.order_states import SETTLED, STATES, State, transition

PROBLEMS = pl.Schema(
    {
        "batch_id": pl.Int64(),
        "line": pl.Int64(),
        "order_id": pl.String(),
        "reason": pl.String(),
    }
)
"""One row per outcome that is not applied; `reason` as `features.visits.problem` or below."""

BEFORE_IT_WAS_OPENED = "before the order was issued"
SETTLED_ALREADY = "order already settled"
NOT_A_STEP = "not an allowed step"

_KNOWN = ["knowledge_date", "batch_id", "line"]
_HAPPENED = ["visited_on", *_KNOWN]
_PLACE = frozenset({"batch_id", "line", "file", "sheet", "knowledge_date", "problem"})


def follow_orders(known: pl.DataFrame, visits: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Follow every order's outcomes up to an as-of date.

    An order goes out with the papers of the week that issues it: it is dispatched from the next week on. Of two open
    orders that turned out to be one enterprise's, the older stays open and the other is returned as wrong (duplicate).

    Args:
        known: `features.known_orders` of the as-of date.
        visits: `features.visits` of the as-of date; rows with a problem are not applied. One is a problem no more when
            a later delivery tells of the same order and enterprise without one: it has been corrected. Of two results
            of an order on one day, in a form and in a table, the later known one counts.
        as_of: The week's date.

    Returns:
        The orders, as `known`, with `status` as it is now, `published_status` as it was published, and `settled_on`,
        the day on which it was settled, else null; and `PROBLEMS`, those of the visits themselves included.
    """
    fine = _newest_results(visits.filter(pl.col("problem").is_null() & pl.col("order_id").is_not_null()))
    outcomes: dict[str, list[dict[str, Any]]] = {}
    for row in fine.iter_rows(named=True):
        outcomes.setdefault(row["order_id"], []).append(row)
    problems = _uncorrected(visits.filter(pl.col("problem").is_not_null()), fine).select(
        "batch_id", "line", "order_id", reason="problem"
    )
    states, refused = [], list[dict[str, Any]]()
    for order in known.iter_rows(named=True):
        state, settled_on, wrong = _fold(order, outcomes.get(order["order_id"], []), as_of)
        states.append((order["order_id"], state, settled_on))
        refused += wrong
    folded = pl.DataFrame(
        states, schema={"order_id": pl.String, "status": pl.Enum(STATES), "settled_on": pl.Date}, orient="row"
    ).with_columns(pl.col("status").cast(pl.String))
    followed = known.rename({"status": "published_status"}).join(folded, on="order_id", how="left")
    return _without_twins(followed, as_of), pl.concat(
        [
            problems.select(pl.col(name).cast(kind) for name, kind in PROBLEMS.items()),
            pl.DataFrame(refused, schema=PROBLEMS),
        ]
    ).sort("batch_id", "line")


def _newest_results(visits: pl.DataFrame) -> pl.DataFrame:
    """Keep of an order and day the newest result, and every decision of the office, in the order of their days."""
    day = ["order_id", "visited_on"]
    results = visits.filter(pl.col("result").is_not_null()).sort(_KNOWN).unique(day, keep="last")
    return pl.concat([results, visits.filter(pl.col("result").is_null())]).sort(_HAPPENED)


def _uncorrected(wrong: pl.DataFrame, fine: pl.DataFrame) -> pl.DataFrame:
    """Leave out what a later delivery has corrected: a wrong day makes another key, so it is no later version."""
    key = ["order_id", "enterprise_id"]
    corrected = fine.group_by(key).agg(corrected_by=pl.col("batch_id").max())
    is_open = (pl.col("corrected_by") <= pl.col("batch_id")).fill_null(value=True)
    return wrong.join(corrected, on=key, how="left").filter(is_open)


def _fold(
    order: Mapping[str, Any], outcomes: list[dict[str, Any]], as_of: date
) -> tuple[State, date | None, list[dict[str, Any]]]:
    """Where an order stands after its outcomes, since when it is settled, and which outcomes were not applied."""
    state: State = "dispatched" if order["opened_on"] < as_of else "to_dispatch"
    settled_on: date | None = None
    refused, seen = list[dict[str, Any]](), set[tuple[Any, ...]]()
    for outcome in outcomes:
        content = tuple(value for name, value in outcome.items() if name not in _PLACE)
        # A decision that comes in two files is one. What was told before the order was opened again belongs to its
        # earlier life.
        is_earlier = outcome["visited_on"] < order["opened_on"]
        if content in seen or (is_earlier and outcome["knowledge_date"] < order["opened_on"]):
            continue
        seen.add(content)
        path = None if is_earlier else transition(state, outcome)
        if path is None:
            place = {name: outcome[name] for name in ("batch_id", "line", "order_id")}
            refused.append(place | {"reason": _why(state, is_earlier=is_earlier)})
            continue
        if path:
            state = path[-1]
            settled_on = outcome["visited_on"] if state in SETTLED else None
    return state, settled_on, refused


def _why(state: State, *, is_earlier: bool) -> str:
    if is_earlier:
        return BEFORE_IT_WAS_OPENED
    return SETTLED_ALREADY if state in SETTLED else NOT_A_STEP


def _without_twins(orders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return as wrong every open order of an enterprise but the oldest."""
    is_open = ~pl.col("status").is_in(list(SETTLED))
    place = pl.struct("issued_on", "order_id").rank("ordinal").over("enterprise_id", is_open)
    is_twin = is_open & (place > 1)
    return orders.with_columns(
        status=pl.when(is_twin).then(pl.lit("returned_wrong")).otherwise("status"),
        settled_on=pl.when(is_twin).then(pl.lit(as_of)).otherwise("settled_on"),
    )
