"""Frames of the forecast from a few figures a firm: what the as-known relations would give."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from mainstay.months import add_months

AS_OF = date(2022, 7, 12)
FIRST = date(2020, 1, 1)
_MONEY = pl.Decimal(18, 2)
MONTHS = {
    "enterprise_id": pl.String(), "month": pl.Date(), "level": pl.String(),
    "natural_revenue": _MONEY, "refund": _MONEY, "deferred_out": _MONEY, "deferred_in": _MONEY, "one_off": _MONEY,
}  # fmt: skip
DUE = {
    "enterprise_id": pl.String(), "month": pl.Date(), "level": pl.String(), "due_in": _MONEY,
    "put_off": _MONEY,
}  # fmt: skip
EVENTS = {
    "enterprise_id": pl.String(), "month": pl.Date(), "is_lasting": pl.Boolean(),
    "is_refund": pl.Boolean(), "amount": _MONEY,
}  # fmt: skip
FIRMS = {"enterprise_id": pl.String(), "left_in": pl.Date()}


def month(number: int) -> date:
    """The month so many after January 2020."""
    return add_months(FIRST, number)


def frames(  # noqa: PLR0913 -- each is a kind of what may be known
    firms: Mapping[str, Sequence[float | None]],
    *,
    levels: Sequence[str] = ("local",),
    extra: Mapping[tuple[str, int], Mapping[str, Any]] | None = None,
    due: Sequence[tuple[Any, ...]] = (),
    events: Sequence[tuple[Any, ...]] = (),
    left: Mapping[str, date] | None = None,
    reason: str | None = None,
    deferrals: bool = False,
) -> dict[str, pl.DataFrame]:
    """Thirty months to June 2022 unless the figures are fewer or more; zeros have no row, None is an unknown level.

    Args:
        firms: Natural revenue a month, from January 2020 on.
        levels: On which levels the same figures stand.
        extra: (firm, place of the month) -> other columns of that row.
        due: `enterprise_id, month, level, due_in, put_off`.
        events: `enterprise_id, month, is_lasting, is_refund, amount`.
        left: In which month a firm left.
        reason: Why there is no forecast.
        deferrals: Whether deferral columns are there, zero where not said otherwise.
    """
    count = max(len(values) for values in firms.values())
    last = month(count - 1)
    none = Decimal(0) if deferrals else None
    usual = {"refund": Decimal(0), "deferred_out": none, "deferred_in": none, "one_off": Decimal(0)}
    rows = [
        {"enterprise_id": firm, "month": month(place), "level": level}
        | {"natural_revenue": None if value is None else Decimal(str(value))}
        | usual
        | (extra or {}).get((firm, place), {})
        for firm, values in firms.items()
        for place, value in enumerate(values)
        for level in levels
        if value != 0 or (firm, place) in (extra or {})
    ]
    year = {"year": last.year, "last_closed": last, "months_closed": last.month}
    return {
        "features.forecast_years": pl.DataFrame(
            [year | {"first_month": FIRST, "reason": reason}], schema_overrides={"reason": pl.String}
        ),
        "features.forecast_months": pl.DataFrame(rows, schema=MONTHS),
        "features.forecast_due": pl.DataFrame(list(due), schema=DUE, orient="row"),
        "features.forecast_events": pl.DataFrame(list(events), schema=EVENTS, orient="row"),
        "features.forecast_firms": pl.DataFrame(
            [(firm, (left or {}).get(firm)) for firm in firms], schema=FIRMS, orient="row"
        ),
    }


def one(forecasts: pl.DataFrame, firm: str, level: str = "local", caliber: str = "natural") -> dict[str, Any]:
    """One row of the forecasts."""
    keys = (pl.col("enterprise_id") == firm, pl.col("level") == level, pl.col("caliber") == caliber)
    return forecasts.row(by_predicate=keys[0] & keys[1] & keys[2], named=True)
