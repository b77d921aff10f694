"""The full year (全年预判) of every enterprise and of the park, on every level and in every caliber (docs/forecast.md).

What is closed is taken as it is; the rest of the year is forecast once per enterprise, free of refunds and deferrals,
and the calibers follow from it: restored adds what falls due of deferrals, natural takes known refunds off. Levels
follow from each other: local is split into city and district by each firm's own newest money, total is central and
local. The park is the sum of its enterprises, to the cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from mainstay.months import months_between
from mainstay.revenue.forecast_base import CENTS, Cents, Panel, Span, changes, panel, share_of_local
from mainstay.revenue.forecast_levels import Rest, all_levels, refunds_ahead
from mainstay.revenue.forecast_series import YEAR, Flags

PARK = "*"
LEVELS = ("total", "central", "local", "city", "district")
CALIBERS = ("natural", "restored", "deferral_adjusted")
FORECASTS = pl.Schema(
    {
        "year": pl.Int64(),
        "level": pl.String(),
        "caliber": pl.String(),
        "enterprise_id": pl.String(),
        "months_closed": pl.Int64(),
        "ytd": pl.Decimal(18, 2),
        "forecast": pl.Decimal(18, 2),
        "low": pl.Decimal(18, 2),
        "high": pl.Decimal(18, 2),
        "method": pl.String(),
    }
)
"""One row per level, caliber and enterprise, `*` for the park: `run.forecasts`."""

RELATIONS: tuple[str, ...] = (
    "features.forecast_years",
    "features.forecast_months",
    "features.forecast_due",
    "features.forecast_events",
    "features.forecast_firms",
)
"""What a forecast is made of."""


@dataclass(frozen=True)
class _Caliber:
    """One caliber of one level in cents: closed months, what is known to come beside the forecast, who is unknown.

    `risk` is taken off the park's low end.
    """

    name: str
    ytd: Cents
    shift: Cents
    is_unknown: Flags
    risk: int = 0


def full_year(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Forecast the year of the last closed month.

    Args:
        frames: `RELATIONS` by name, as known at the as-of date.

    Returns:
        `FORECASTS`. An enterprise of which a month is unknown has no forecast. Where the year or its base year is not
        covered, only the park's rows are given, with the reason in `method`; without a closed month there is no row.
    """
    years, months, due, events, left = (frames[name] for name in RELATIONS)
    if years.is_empty():
        return pl.DataFrame(schema=FORECASTS)
    year = years.row(0, named=True)
    given = [
        level
        for level in LEVELS
        if months.filter(pl.col("level") == level, pl.col("natural_revenue").is_not_null()).height
    ]
    if year["reason"]:
        has_deferrals = months["deferred_out"].count() > 0
        return _no_forecast(year, given, CALIBERS if has_deferrals else CALIBERS[:2])
    firms = months.select("enterprise_id").unique().sort("enterprise_id").with_row_index("row")
    last, first = year["last_closed"], year["first_month"]
    span = Span(first, months_between(first, last) + 1, year["months_closed"])
    panels = {level: panel(months.filter(pl.col("level") == level), firms, span) for level in given}
    local = panels.get("local")
    announced = {}
    for level, laid_out in panels.items():
        share = np.ones(firms.height) if local is None or level == "local" else share_of_local(laid_out, local)
        announced[level] = changes(events, firms, span, share)
    gone = _has_left(firms, left, span, panels)
    rests = all_levels(panels, announced, gone, span)
    refunds = refunds_ahead(announced, span)
    rows = [
        _level_rows(year, level, firms, panels[level], refunds[level], _due(due, level, firms), rests[level])
        for level in given
    ]
    return pl.concat(rows) if rows else pl.DataFrame(schema=FORECASTS)


def counts(forecasts: pl.DataFrame) -> tuple[int, int, int]:
    """How many enterprises have a forecast, how many a fallback on some level, and how many none on some level."""
    firms = forecasts.filter(pl.col("enterprise_id") != PARK)
    by_fallback, without = (
        firms.filter(pl.col("method").str.starts_with(word))["enterprise_id"].n_unique()
        for word in ("fallback", "none")
    )
    return firms.filter(pl.col("forecast").is_not_null())["enterprise_id"].n_unique(), by_fallback, without


def _has_left(firms: pl.DataFrame, left: pl.DataFrame, span: Span, panels: dict[str, Panel]) -> Flags:
    """Firms that left whole and have not paid in a month after the one they left in."""
    found = firms.join(left, on="enterprise_id", how="left").sort("row")
    place = found.select(span.place(pl.col("left_in"))).to_series().fill_null(span.count).to_numpy()
    paid = np.zeros((firms.height, span.count), dtype=np.bool_)
    for laid_out in panels.values():
        paid |= laid_out.natural > 0
    after = np.arange(span.count)[None, :] > place[:, None]
    return np.asarray(found["left_in"].is_not_null().to_numpy() & ~(paid & after).any(axis=1))


def _due(due: pl.DataFrame, level: str, firms: pl.DataFrame) -> Cents:
    """What deferral records bring into the open months of a level, less what they take out; cents a firm."""
    placed = due.filter(pl.col("level") == level).join(firms, on="enterprise_id")
    found = np.zeros(firms.height, dtype=np.int64)
    net = placed.select(((pl.col("due_in") - pl.col("put_off")) * CENTS).cast(pl.Int64)).to_series().to_numpy()
    np.add.at(found, placed["row"].to_numpy(), net)
    return found


def _level_rows(
    year: dict[str, Any], level: str, firms: pl.DataFrame, closed: Panel, refunds: Cents, due: Cents, rest: Rest
) -> pl.DataFrame:
    """The rows of one level, firms and park, in every caliber that the data give."""
    newest = slice(closed.natural.shape[1] - year["months_closed"], None)
    natural, refund, deferred = (
        months[:, newest].sum(axis=1) for months in (closed.natural, closed.refund, closed.deferred)
    )
    cases = [
        _Caliber("natural", natural, due + refunds, closed.is_unknown, _refunds_of_last_year(closed, year)),
        _Caliber("restored", natural + refund, due, closed.is_unknown),
    ]
    if closed.has_deferrals:
        is_unknown = closed.is_unknown | closed.is_deferral_unknown
        cases.append(_Caliber("deferral_adjusted", natural + refund + deferred, due * 0, is_unknown))
    return pl.concat(_typed(_caliber_rows(case, firms, rest), year, level, case.name) for case in cases)


def _refunds_of_last_year(closed: Panel, year: dict[str, Any]) -> int:
    """What was refunded in last year's same open months: the park's pessimistic natural view reckons with it."""
    refund = closed.refund[~closed.is_unknown]
    return int(refund[:, -YEAR : refund.shape[1] - year["months_closed"]].sum())


def _caliber_rows(case: _Caliber, firms: pl.DataFrame, rest: Rest) -> pl.DataFrame:
    """Firms and park in cents; firms of which a month is unknown have no figures and are not in the park's."""
    ytd, shift, known = case.ytd, case.shift, ~case.is_unknown
    whole = {
        "ytd": ytd,
        "forecast": ytd + shift + rest.rest,
        "low": ytd + shift + rest.low,
        "high": ytd + shift + rest.high,
    }
    rows = pl.DataFrame({"enterprise_id": firms["enterprise_id"], **whole, "method": rest.method}).with_columns(
        pl.when(pl.Series(known)).then(pl.col(name)) for name in whole
    )
    rows = rows.with_columns(
        method=pl.when(pl.Series(known)).then("method").otherwise(pl.lit("none: a month is unknown"))
    )
    total, of_all = int((ytd + shift + rest.rest)[known].sum()), int(rest.rest.sum())
    park = {
        "enterprise_id": PARK,
        "ytd": int(ytd[known].sum()),
        "forecast": total,
        "low": min(total - (of_all - rest.park_low) - case.risk, total),
        "high": max(total + rest.park_high - of_all, total),
        "method": "sum of enterprises",
    }
    return pl.concat([rows, pl.DataFrame([park], schema=rows.schema)])


def _typed(rows: pl.DataFrame, year: dict[str, Any], level: str, caliber: str) -> pl.DataFrame:
    """Cents as money, and what all the rows have in common."""
    money = ("ytd", "forecast", "low", "high")
    return rows.with_columns(
        *((pl.col(name).cast(pl.Decimal(20, 2)) / CENTS).cast(pl.Decimal(18, 2)) for name in money),
        year=pl.lit(year["year"], dtype=pl.Int64),
        months_closed=pl.lit(year["months_closed"], dtype=pl.Int64),
        level=pl.lit(level),
        caliber=pl.lit(caliber),
    ).select(pl.col(name).cast(kind) for name, kind in FORECASTS.items())


def _no_forecast(year: dict[str, Any], levels: list[str], calibers: tuple[str, ...]) -> pl.DataFrame:
    """The park's rows of a year that cannot be forecast, with the reason."""
    known = {"year": year["year"], "months_closed": year["months_closed"], "method": f"none: {year['reason']}"}
    rows = [
        {**known, "enterprise_id": PARK, "level": level, "caliber": caliber} for level in levels for caliber in calibers
    ]
    return pl.DataFrame(rows, schema=FORECASTS)
