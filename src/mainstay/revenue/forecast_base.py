"""From the ledger's months to what a forecast rests on: whole cents, one-offs out, lasting changes carried back."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from mainstay.months import month_number
from mainstay.revenue.forecast_series import YEAR, Flags, Floats

Cents = npt.NDArray[np.int64]

CENTS = 100
_MOST_EVENT_MONTHS = 3
"""A firm that pays event levies in more of the newest 24 months than so many pays them as part of its business."""
_MOST_TIMES = 5.0
"""Bounds of a ratio of two sums of one firm: its other level to its local one, its months after a lasting change."""


@dataclass(frozen=True)
class Span:
    """The months of one as-of date: the history, and how many of its newest are months of the year to forecast."""

    first: date
    count: int
    elapsed: int

    @property
    def horizon(self) -> int:
        """How many months of the year are open."""
        return YEAR - self.elapsed

    def place(self, month: pl.Expr) -> pl.Expr:
        """Where a month stands: 0 = the first of the history, `count` = the first open one."""
        return month_number(month) - month_number(pl.lit(self.first))


@dataclass(frozen=True)
class Panel:
    """The closed months of one level, firms x months in cents, and which firms have a month that is not known.

    Args:
        natural: Natural revenue.
        refund: VAT credit refunds in it, positive.
        deferred: Put off less what had been put off and came.
        one_off: Money of event levies in it.
        is_unknown: Firms with a month of which this level is not known.
        is_deferral_unknown: Firms with a deferral of which this level is not known.
        has_deferrals: Whether the workspace delivers deferrals.
    """

    natural: Cents
    refund: Cents
    deferred: Cents
    one_off: Cents
    is_unknown: Flags
    is_deferral_unknown: Flags
    has_deferrals: bool

    @property
    def free(self) -> Cents:
        """The months with refunds and deferrals undone."""
        return self.natural + self.refund + self.deferred


def panel(months: pl.DataFrame, firms: pl.DataFrame, span: Span) -> Panel:
    """Lay out the rows of one as-of date and level of `features.forecast_months`.

    Args:
        months: One row an enterprise and month.
        firms: `enterprise_id` and its `row`.
        span: The months of the history.
    """
    placed = months.join(firms, on="enterprise_id").with_columns(column=span.place(pl.col("month")))
    row, column = placed["row"].to_numpy(), placed["column"].to_numpy()
    shape = (firms.height, span.count)

    def laid_out(amount: pl.Expr) -> Cents:
        cents = np.zeros(shape, dtype=np.int64)
        cents[row, column] = placed.select((amount.fill_null(0) * CENTS).cast(pl.Int64)).to_series().to_numpy()
        return cents

    def firms_with(condition: pl.Expr) -> Flags:
        found = np.zeros(firms.height, dtype=np.bool_)
        found[placed.filter(condition)["row"].to_numpy()] = True
        return found

    net = pl.col("deferred_out") - pl.col("deferred_in")
    has_deferrals = bool(placed.select(net.is_not_null().any()).item())
    return Panel(
        natural=laid_out(pl.col("natural_revenue")),
        refund=laid_out(pl.col("refund")),
        deferred=laid_out(net),
        one_off=laid_out(pl.col("one_off")),
        is_unknown=firms_with(pl.col("natural_revenue").is_null() | pl.col("refund").is_null()),
        is_deferral_unknown=firms_with(net.is_null()),
        has_deferrals=has_deferrals,
    )


@dataclass(frozen=True)
class Changes:
    """What known events change in one level, firms x months of history and year, in cents.

    Args:
        once: Happened or will happen once.
        refund: Refunds still to come, negative.
        lasting: From this month on every month is changed.
    """

    once: Floats
    refund: Floats
    lasting: Floats


def changes(events: pl.DataFrame, firms: pl.DataFrame, span: Span, share: Floats) -> Changes:
    """Lay out known events of one as-of date; they speak of the local level.

    Args:
        events: `features.forecast_events`.
        firms: `enterprise_id` and its `row`.
        span: The months of the history.
        share: This level as a share of each firm's local revenue.
    """
    placed = events.join(firms, on="enterprise_id").with_columns(column=span.place(pl.col("month")))
    placed = placed.filter(pl.col("column").is_between(0, span.count + span.horizon - 1))

    def laid_out(condition: pl.Expr) -> Floats:
        rows = placed.filter(condition)
        found = np.zeros((firms.height, span.count + span.horizon))
        places = (rows["row"].to_numpy(), rows["column"].to_numpy())
        np.add.at(found, places, rows["amount"].cast(pl.Float64).to_numpy() * CENTS)
        return found * share[:, None]

    refund, lasting = pl.col("is_refund"), pl.col("is_lasting")
    return Changes(laid_out(~refund & ~lasting), laid_out(refund), laid_out(~refund & lasting))


def base(months: Panel, known: Changes) -> Floats:
    """The months that a forecast rests on: refunds and deferrals undone, one-offs out, lasting changes carried back."""
    closed = months.natural.shape[1]
    event_months = (months.one_off[:, -2 * YEAR :] != 0).sum(axis=1)
    one_off = np.where(event_months[:, None] <= _MOST_EVENT_MONTHS, months.one_off, 0)
    announced = known.once[:, :closed]
    # An event that the office tells is often the one-off that the levies show: the larger of both, not their sum.
    taken_out = np.where(one_off != 0, np.where(announced != 0, np.maximum(one_off, announced), one_off), announced)
    values = months.free.astype(np.float64) - taken_out
    for row, column in np.argwhere(known.lasting[:, :closed] != 0):
        values[row, :column] *= _after_change(values[row, :column], known.lasting[row, column])
    return values


def ahead(rest: Floats, values: Floats, known: Changes) -> Floats:
    """The open months with what is known to come in them."""
    closed = values.shape[1]
    changed = rest.copy()
    for row, column in np.argwhere(known.lasting[:, closed:] != 0):
        monthly = known.lasting[row, closed + column]
        if values[row].any():
            changed[row, column:] *= _after_change(values[row], monthly)
        else:
            # A firm without money has nothing that could be scaled.
            changed[row, column:] += max(monthly, 0.0)
    return changed + known.once[:, closed:]


def share_of_local(level: Panel, local: Panel) -> Floats:
    """Another level as a share of each firm's local revenue, by its newest two years free of refunds and deferrals.

    A firm whose money says nothing of it has the park's share, and 0 where the park's says nothing either.
    """
    own, whole = (months.free[:, -2 * YEAR :].sum(axis=1).astype(np.float64) for months in (level, local))
    fits = (own >= 0) & (whole > 0) & ~level.is_unknown & ~local.is_unknown
    park = own[fits].sum() / whole[fits].sum() if fits.any() else 0.0
    share = np.where(fits, own / np.where(fits, whole, 1.0), park)
    return np.asarray(np.clip(share, 0.0, _MOST_TIMES))


def _after_change(months: Floats, monthly: float) -> float:
    """By what earlier months are multiplied so that they look as if a lasting change had been there."""
    paid = np.flatnonzero(months)
    # Months before a newcomer came say nothing of what it pays.
    usual = float(months[paid[0] :][-YEAR:].mean()) if paid.size else 0.0
    return float(np.clip((usual + monthly) / usual, 0.0, _MOST_TIMES)) if usual > 0 else 1.0
