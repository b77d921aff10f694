"""Selection under capacity: one open order an enterprise, whatever the sources; the largest drop first."""

from datetime import date, timedelta

import polars as pl

from mainstay.months import quarter_start
from mainstay.orders.order_states import SETTLED
from mainstay.settings import OrderSettings

ORDERS = pl.Schema(
    {
        "order_id": pl.String(),
        "enterprise_id": pl.String(),
        "sources": pl.List(pl.String()),
        "status": pl.String(),
        "is_open": pl.Boolean(),
        "priority": pl.Int64(),
        "department": pl.String(),
        "assignee": pl.String(),
        "issued_on": pl.Date(),
        "opened_on": pl.Date(),
        "due_on": pl.Date(),
    }
)
"""One row per order that is open, or was settled since the week before. `priority` 1 = visit first."""

REOPENED_WITHIN_DAYS = 90
"""A closed order of the same enterprise is opened again, under its own id, within so many days (DOMAIN section 5)."""


def select_orders(
    candidates: pl.DataFrame,
    followed: pl.DataFrame,
    last_visits: pl.DataFrame,
    numbers: pl.DataFrame,
    *,
    as_of: date,
    settings: OrderSettings,
    simulated: bool,
) -> pl.DataFrame:
    """The orders of a week: those still open, those settled since the week before, and new ones up to the capacity.

    What an earlier run of the same ISO week has issued counts towards its capacity.

    New ones go first to enterprises for which others wait (`is_urgent`: the enterprise asks, a migration is filed;
    then dispatched alerts), then by the drop in the restored caliber, deferrals restored too where they are known; ties
    by enterprise id. An enterprise with an open
    order gets no second one; its new sources join the order. One that was visited in this quarter, or whose order was
    settled in it (it declined, it is not of this park, there is nothing to do), gets none unless it is urgent
    (无事不扰), and a candidate that may not open an order (`may_issue`) only joins one.

    Args:
        candidates: `marts.order_candidates` of the as-of date.
        followed: Every order ever issued, as `lifecycle.follow_orders` returns them.
        last_visits: `features.last_visits` of the as-of date.
        numbers: `events.order_numbers`, every number ever given.
        as_of: The week's date.
        settings: Capacity, due days, department, assignees.
        simulated: Order numbers of a simulated park start with SIM.

    Returns:
        `ORDERS`, the open ones by priority, then the settled ones.
    """
    asked = candidates.with_columns(
        urgency=pl.when("is_urgent")
        .then(0)
        .when(pl.col("sources").list.contains("dispatched_alert"))
        .then(1)
        .otherwise(2),
        drop=pl.coalesce("adjusted_change", "restored_change").fill_null(0),
    ).sort("urgency", "drop", "enterprise_id")
    is_open = ~pl.col("status").is_in(list(SETTLED))
    still_open, settled = followed.filter(is_open), followed.filter(~is_open)
    left_alone = _left_alone(settled, last_visits, as_of)
    monday = as_of - timedelta(days=as_of.weekday())
    given = followed.filter(pl.col("opened_on").is_between(monday, as_of, closed="left")).height
    chosen = _fresh(asked, still_open, left_alone, max(0, settings.visiting_capacity - given))
    fresh = _issued(chosen, settled, numbers, as_of, settings, simulated)
    fresh = fresh.with_columns(
        assignee=pl.Series(_assign(fresh.height, still_open, settings.assignees), dtype=pl.String)
    )
    carried = _joined(still_open, asked)
    gone = settled.filter(
        pl.col("status").ne_missing(pl.col("status_before")), ~pl.col("order_id").is_in(fresh["order_id"].to_list())
    )
    shown = pl.concat(
        [
            _ranked(pl.concat([fresh.select(_COLUMNS), carried.select(_COLUMNS)], how="vertical_relaxed")),
            _ranked(_joined(gone, asked.clear()).select(_COLUMNS)).with_columns(is_open=pl.lit(value=False)),
        ]
    ).with_row_index("priority", offset=1)
    return shown.with_columns(department=pl.lit(settings.department or None, dtype=pl.String)).select(
        pl.col(name).cast(kind) for name, kind in ORDERS.items()
    )


_COLUMNS = [
    "order_id",
    "enterprise_id",
    "sources",
    "status",
    "assignee",
    "issued_on",
    "opened_on",
    "due_on",
    "urgency",
    "drop",
]


def _left_alone(settled: pl.DataFrame, last_visits: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The enterprises with which somebody was done in the as-of date's quarter, one row each: `enterprise_id`."""
    lately = settled.filter(pl.col("settled_on") >= quarter_start(as_of))
    return pl.concat(
        [frame.select("enterprise_id") for frame in (last_visits.filter("visited_this_quarter"), lately)]
    ).unique()


def _fresh(asked: pl.DataFrame, still_open: pl.DataFrame, left_alone: pl.DataFrame, capacity: int) -> pl.DataFrame:
    """The candidates that get an order, in their order."""
    return (
        asked.filter("may_issue")
        .join(still_open, on="enterprise_id", how="anti")
        .join(
            left_alone.with_columns(is_done=pl.lit(value=True)), on="enterprise_id", how="left", maintain_order="left"
        )
        .filter(pl.col("is_urgent") | pl.col("is_done").is_null())
        .head(capacity)
    )


def _issued(
    fresh: pl.DataFrame,
    settled: pl.DataFrame,
    numbers: pl.DataFrame,
    as_of: date,
    settings: OrderSettings,
    simulated: bool,  # noqa: FBT001 -- handed through
) -> pl.DataFrame:
    """Give every fresh order its id: that of an order closed a short while ago, or a new one."""
    lately = pl.col("settled_on") >= as_of - timedelta(days=REOPENED_WITHIN_DAYS)
    closed = settled.filter(pl.col("status") == "closed", lately).sort("settled_on", "order_id")
    reopened = closed.unique("enterprise_id", keep="last", maintain_order=True).select(
        "enterprise_id", old_id="order_id", old_issued_on="issued_on"
    )
    orders = fresh.join(reopened, on="enterprise_id", how="left", maintain_order="left")
    new = orders.filter(pl.col("old_id").is_null())["enterprise_id"].to_list()
    given = dict(zip(new, _numbers_for(new, numbers, as_of, simulated=simulated), strict=True))
    new_ids = pl.Series([given.get(who) for who in orders["enterprise_id"]], dtype=pl.String)
    return orders.with_columns(
        order_id=pl.coalesce("old_id", new_ids),
        status=pl.lit("to_dispatch"),
        issued_on=pl.coalesce("old_issued_on", pl.lit(as_of)),
        opened_on=pl.lit(as_of),
        due_on=pl.lit(as_of + timedelta(days=settings.due_days)),
    )


def _joined(orders: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Orders with the sources that ask for their enterprise now."""
    now = asked.select("enterprise_id", "urgency", "drop", asked_by="sources")
    return orders.join(now, on="enterprise_id", how="left").with_columns(
        sources=pl.concat_list("sources", pl.col("asked_by").fill_null([])).list.unique().list.sort(),
        urgency=pl.col("urgency").fill_null(2),
        drop=pl.col("drop").fill_null(0),
    )


def _ranked(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.sort("urgency", "drop", "enterprise_id", "order_id").with_columns(is_open=pl.lit(value=True))


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
