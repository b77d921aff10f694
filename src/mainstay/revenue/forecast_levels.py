"""The open months of the year, firm by firm, on every level: forecast where nothing else gives them, else derived.

Everything here is free of refunds and deferrals. Local is split into city and district by each firm's own newest money,
total is central and local, so that levels add up; a level that the data do not give is nowhere made up.
"""

from dataclasses import dataclass

import numpy as np

from mainstay.revenue.forecast_base import Cents, Changes, Panel, Span, ahead, base
from mainstay.revenue.forecast_intervals import Margins, margins, park_margin
from mainstay.revenue.forecast_series import RULE, YEAR, Flags, Floats, History, rest_of_year

_MOST_OF_A_YEAR = 5.0
"""A rest of the year of more than so many times the newest twelve months is not believed."""
_NEWEST = 0.7
"""The weight of a month relative to the next, where local is split into city and district: a change of the shares
must show at once."""


@dataclass(frozen=True)
class Rest:
    """The open months of one level in cents, one a firm: forecast, ends of the interval, how; and the park's ends."""

    rest: Cents
    low: Cents
    high: Cents
    park_low: int
    park_high: int
    method: list[str]


def all_levels(panels: dict[str, Panel], announced: dict[str, Changes], gone: Flags, span: Span) -> dict[str, Rest]:
    """Forecast what cannot follow from another level, and derive the rest so that levels add up.

    Args:
        panels: The closed months of each level given.
        announced: What known events change on each level.
        gone: Firms from which nothing is to come.
        span: The months of the history.
    """
    is_split, is_sum = _derivable(set(panels))
    derived = ({"city", "district"} if is_split else set()) | ({"total"} if is_sum else set())
    rests = {level: _one_level(panels[level], announced[level], gone, span) for level in panels if level not in derived}
    if is_split:
        share = _district_share(panels["city"], panels["district"])
        rests["district"] = _share_of(rests["local"], share)
        rests["city"] = _combined(rests["local"], rests["district"], -1)
    if is_sum:
        rests["total"] = _combined(rests["local"], rests["central"], 1)
    return rests


def refunds_ahead(announced: dict[str, Changes], span: Span) -> dict[str, Cents]:
    """Refunds known to come in the open months of each level given, cents a firm; they add up as the levels do."""
    refunds = {
        level: np.rint(known.refund[:, span.count :].sum(axis=1)).astype(np.int64) for level, known in announced.items()
    }
    is_split, is_sum = _derivable(set(announced))
    if is_split:
        refunds["city"] = refunds["local"] - refunds["district"]
    if is_sum:
        refunds["total"] = refunds["central"] + refunds["local"]
    return refunds


def _derivable(given: set[str]) -> tuple[bool, bool]:
    """Whether local is split into city and district, and whether total is the sum of central and local."""
    return {"local", "city", "district"} <= given, {"total", "central", "local"} <= given


def _one_level(months: Panel, known: Changes, gone: Flags, span: Span) -> Rest:
    values = base(months, known)
    values[months.is_unknown] = 0.0
    history, horizon = History(values, span.elapsed), span.horizon
    count = len(values)
    if not horizon:
        zero = np.zeros(count, dtype=np.int64)
        return Rest(zero, zero, zero, 0, 0, ["closed year"] * count)
    by_month = rest_of_year(history, horizon)
    odd = _not_believed(history, by_month.sum(axis=1))
    by_month[odd] = np.maximum(history.last_year[odd, :horizon], 0.0)
    by_month[gone] = 0.0
    learnt = margins(history, horizon)
    low, high = learnt.of(history, by_month.sum(axis=1), horizon)
    planned = ahead(by_month, values, known)
    planned[months.is_unknown] = 0.0
    shift = (planned - by_month).sum(axis=1)
    never_negative = (values >= 0).all(axis=1)
    rest = np.rint(planned.sum(axis=1)).astype(np.int64)
    low = np.where(never_negative, np.maximum(low, 0.0), low) + shift
    low = np.where(gone, rest, np.minimum(np.rint(low), rest)).astype(np.int64)
    high = np.where(gone, rest, np.maximum(np.rint(high + shift), rest)).astype(np.int64)
    below, above = park_margin(history, horizon, rest - low, high - rest)
    total = int(rest.sum())
    return Rest(rest, low, high, total - below, total + above, _methods(history, known, gone, odd, learnt))


def _not_believed(history: History, rest: Floats) -> Flags:
    """Series whose forecast is no number, or out of all proportion to what they paid."""
    paid_months = np.minimum(YEAR, history.months - np.argmax(history.values != 0, axis=1))
    yearly = np.abs(history.last_year).sum(axis=1) * YEAR / np.maximum(paid_months, 1)
    return np.asarray(~np.isfinite(rest) | (rest > _MOST_OF_A_YEAR * yearly))


def _methods(history: History, known: Changes, gone: Flags, odd: Flags, learnt: Margins) -> list[str]:
    """What each forecast rests on; the parts after the first are remarks."""
    ended = history.has_ended(RULE.silent) | (history.values == 0).all(axis=1)
    is_new = np.argmax(history.values != 0, axis=1) > history.months - YEAR
    announced = (known.once != 0).any(axis=1) | (known.lasting != 0).any(axis=1)
    marks = [(is_new & ~ended, "newcomer"), (announced, "known events")]
    short = learnt.origins == 0 or learnt.is_short
    texts = []
    for row in range(len(gone)):
        if gone[row]:
            parts = ["left: nothing more"]
        elif odd[row]:
            parts = ["fallback: last year's months"]
        elif ended[row]:
            parts = ["silent: nothing more"]
        else:
            parts = ["level x season"]
        parts += [mark for chosen, mark in marks if chosen[row]]
        if short:
            parts.append("interval from a short past")
        texts.append("; ".join(parts))
    return texts


def _district_share(city: Panel, district: Panel) -> Floats:
    """The district's share of each firm's local revenue in the newest year, newest months first; else the park's."""
    weights = _NEWEST ** np.arange(YEAR)[::-1]

    def newest(months: Panel) -> Floats:
        return np.asarray((months.free[:, -YEAR:] * weights).sum(axis=1))

    of_city, of_district = newest(city), newest(district)
    whole = of_city + of_district
    fits = (of_city >= 0) & (of_district >= 0) & (whole > 0)
    park = of_district[fits].sum() / whole[fits].sum() if fits.any() else 0.5
    return np.where(fits, of_district / np.where(fits, whole, 1.0), park)


def _share_of(rests: Rest, part: Floats) -> Rest:
    share = float((rests.rest * part).sum() / rests.rest.sum()) if rests.rest.sum() else 0.5
    rest, low, high = (np.rint(amount * part).astype(np.int64) for amount in (rests.rest, rests.low, rests.high))
    total = int(rests.rest.sum())
    below, above = round((total - rests.park_low) * share), round((rests.park_high - total) * share)
    return Rest(rest, low, high, int(rest.sum()) - below, int(rest.sum()) + above, rests.method)


def _combined(one: Rest, other: Rest, sign: int) -> Rest:
    """One level and (or less) another, ends with ends."""
    return Rest(
        one.rest + sign * other.rest,
        one.low + sign * other.low,
        one.high + sign * other.high,
        one.park_low + sign * other.park_low,
        one.park_high + sign * other.park_high,
        one.method,
    )
