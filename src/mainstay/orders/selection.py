"""Selection under capacity: one open order an enterprise, whatever the sources; the largest drop first."""

from datetime import date, timedelta

import polars as pl

from mainstay.settings import OrderSettings

ORDERS = pl.Schema(
    {
        "as_of_date": pl.Date(),
        "order_id": pl.String(),
        "enterprise_id": pl.String(),
        "sources": pl.List(pl.String()),
        "status": pl.String(),
        "priority": pl.Int64(),
        "department": pl.String(),
        "assignee": pl.String(),
        "issued_on": pl.Date(),
        "due_on": pl.Date(),
    }
)
"""One row per as-of date and open order. `priority` 1 = visit first."""


def select_orders(
    candidates: pl.DataFrame,
    carried: pl.DataFrame,
    numbers: pl.DataFrame,
    *,
    as_of: date,
    settings: OrderSettings,
    simulated: bool,
) -> pl.DataFrame:
    """The orders of a week: those still open, and new ones up to the visiting capacity.

    New ones go by dispatched alerts first, which others wait for, then by the drop in the restored caliber,
    ties by enterprise id. An enterprise with an open order gets no second one; its new sources join the order.
    A candidate that may not open an order (`may_issue`) only joins one.

    Args:
        candidates: `marts.order_candidates` of the as-of date.
        carried: `features.open_orders` of the as-of date.
        numbers: `events.order_numbers`, every number ever given.
        as_of: The week's date.
        settings: Capacity, due days, department, assignees.
        simulated: Order numbers of a simulated park start with SIM.

    Returns:
        One row an open order, `ORDERS`.
    """
    asked = candidates.with_columns(
        has_alert=pl.col("sources").list.contains("dispatched_alert"),
        drop=pl.col("restored_change").fill_null(0),
    ).sort([~pl.col("has_alert"), "drop", "enterprise_id"])
    fresh = asked.filter("may_issue").join(carried, on="enterprise_id", how="anti").head(settings.visiting_capacity)
    issued = fresh.with_columns(
        order_id=pl.Series(
            _numbers_for(fresh["enterprise_id"].to_list(), numbers, as_of, simulated=simulated),
            dtype=pl.String,
        ),
        status=pl.lit("to_dispatch"),
        issued_on=pl.lit(as_of),
        due_on=pl.lit(as_of + timedelta(days=settings.due_days)),
        assignee=pl.Series(_assign(fresh.height, carried, settings.assignees), dtype=pl.String),
    )
    still_open = carried.drop("as_of_date", "priority").join(
        asked.select("enterprise_id", "has_alert", "drop", asked_by="sources"), on="enterprise_id", how="left"
    )
    joined = still_open.with_columns(
        sources=pl.concat_list("sources", pl.col("asked_by").fill_null([])).list.unique().list.sort(),
        has_alert=pl.col("has_alert").fill_null(value=False),
        drop=pl.col("drop").fill_null(0),
    )
    columns = [
        "order_id",
        "enterprise_id",
        "sources",
        "status",
        "assignee",
        "issued_on",
        "due_on",
        "has_alert",
        "drop",
    ]
    both = pl.concat([issued.select(columns), joined.select(columns)], how="vertical_relaxed")
    return (
        both.sort([~pl.col("has_alert"), "drop", "enterprise_id"])
        .with_row_index("priority", offset=1)
        .with_columns(as_of_date=pl.lit(as_of), department=pl.lit(settings.department or None, dtype=pl.String))
        .select(pl.col(name).cast(kind) for name, kind in ORDERS.items())
    )


def _numbers_for(enterprises: list[str], numbers: pl.DataFrame, as_of: date, *, simulated: bool) -> list[str]:
    """Order ids (DOMAIN section 5): `M` + ISO year and week + four digits; what was given once is not given again.

    Numbers given after the as-of date do not count: a replay knows nothing of them, and issues nothing.
    """
    year, week, _ = as_of.isocalendar()
    prefix = f"{'SIM' if simulated else ''}M{year}W{week:02d}-"
    of_week = numbers.filter(pl.col("order_id").str.starts_with(prefix), pl.col("issued_on") <= as_of)
    given = dict(of_week.filter(pl.col("issued_on") == as_of).select("enterprise_id", "order_id").iter_rows())
    last = max((int(order_id.rsplit("-", 1)[1]) for order_id in of_week["order_id"]), default=0)
    ids = []
    for enterprise in enterprises:
        if enterprise not in given:
            last += 1
            given[enterprise] = f"{prefix}{last:04d}"
        ids.append(given[enterprise])
    return ids


def _assign(count: int, carried: pl.DataFrame, assignees: tuple[str, ...]) -> list[str | None]:
    """Give each new order to whoever has the fewest open ones; names in the order of the settings break ties."""
    if not assignees:
        return [None] * count
    load = {name: carried.filter(pl.col("assignee") == name).height for name in assignees}
    chosen: list[str | None] = []
    for _ in range(count):
        name = min(assignees, key=lambda person: load[person])
        load[name] += 1
        chosen.append(name)
    return chosen
