"""The rest of a year for many monthly series at once: level x season x drift, with what is odd in the past held down.

Each series is read as level x share of the calendar month. The level is a mean of the past months, each divided by
its share, the newest counting most; shares come from the whole group and a little from the series itself; a drift
common to the group, and a little of the series' own, brings the past to today's size. A month far above its series
is cut (one-offs nobody has announced); a series that is silent longer than ever before has ended. Choices and rivals
are measured in docs/forecast.md.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]

YEAR = 12
_FEW = 20
"""With fewer series to learn the shares from, every series that has paid counts."""
_LARGEST_DRIFT = 0.5
_LARGEST_OWN_DRIFT = 0.7
_COMPARABLE = 5.0
"""Two sums of the same months that differ more than so many times say nothing about the drift."""
_TIMES_SEEN = 3
_ROUNDS = 5
_LUMPY = 0.6
"""A series of which one calendar month brings more than this share teaches the group nothing of its season."""
_LEAST_SHARE = 1e-9
_SEEN_MONTHS = 3
"""A series counts for the shares of the group if it paid in the first and in the last months of the span."""


@dataclass(frozen=True)
class Rule:
    """The constants of the method, chosen on the simulated park (docs/forecast.md, 2026-11).

    Args:
        memory: The weight of a month relative to the one after it.
        own_season: The weight of what comes from the series itself.
        drift: The share of the group's yearly growth that is carried on.
        own_drift: How far a series' own growth is followed.
        cut: A month counts at most so many times what the level lets expect.
        own_shape: The weight of the series itself in how the rest of the year, once forecast, spreads over its months.
        silent: From so many months without money on a series may have ended.
        season_years: From how many of the newest years the shares come.
    """

    memory: float = 0.8
    own_season: float = 0.25
    drift: float = 1.0
    own_drift: float = 0.1
    cut: float = 2.0
    own_shape: float = 0.9
    silent: int = 2
    season_years: int = 2


RULE = Rule()


@dataclass(frozen=True)
class History:
    """Closed months of many series.

    Args:
        values: Series x months, oldest first; 0 where nothing came.
        elapsed: How many months of the current year the newest columns are.
    """

    values: Floats
    elapsed: int

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.values.shape[1])

    @property
    def calendar(self) -> Whole:
        """For every column its place in the year, 0 to 11."""
        return (np.arange(self.months) - (self.months - self.elapsed)) % YEAR

    def until(self, months_back: int) -> "History":
        """The same series as they were some months earlier."""
        return History(self.values[:, : self.months - months_back], (self.elapsed - months_back) % YEAR)

    @cached_property
    def last_year(self) -> Floats:
        """The newest twelve months."""
        return self.values[:, -YEAR:]

    @cached_property
    def ended(self) -> tuple[Whole, Whole]:
        """Months since the last payment, and the longest silence between two payments before."""
        paid = self.values != 0
        place = np.where(paid, np.arange(self.months), -1)
        seen = np.maximum.accumulate(place, axis=1)
        gaps = np.where(paid[:, 1:] & (seen[:, :-1] >= 0), np.arange(1, self.months) - seen[:, :-1] - 1, 0)
        longest = gaps.max(axis=1, initial=0)
        return self.months - 1 - place.max(axis=1, initial=-1), longest

    def has_ended(self, silent: int) -> Flags:
        """Which series are silent for at least so many months, and longer than ever before."""
        silence, longest = self.ended
        return (silence >= silent) & (silence > longest)


def rest_of_year(history: History, horizon: int, rule: Rule = RULE) -> Floats:
    """Forecast the months after the last closed one.

    Args:
        history: The closed months.
        horizon: How many months to forecast.
        rule: The method's constants.

    Returns:
        Series x horizon, never negative; zeros for a series that has ended or never paid.
    """
    values = history.values
    drift = _drift(history, rule)[:, None]
    today = values * np.exp(drift * np.arange(1 - history.months, 1)[None, :] * (-1 / YEAR))
    shares, shape = (_shares(history, today, rule, own) for own in (rule.own_season, rule.own_shape))
    begun = np.cumsum(values != 0, axis=1) > 0
    weights = np.where(begun, rule.memory ** np.arange(history.months)[::-1], 0.0)
    level = _level(today, shares[:, history.calendar], weights, rule.cut)
    ahead = np.arange(horizon)
    months = (history.elapsed + ahead) % YEAR
    growth = np.exp(drift * (ahead + 1) / YEAR)
    rest = level * (shares[:, months] * growth).sum(axis=1)
    spread = np.maximum(shape[:, months], _LEAST_SHARE) * growth
    forecast = np.asarray(rest[:, None] * spread / spread.sum(axis=1, keepdims=True))
    forecast[history.has_ended(rule.silent)] = 0.0
    return forecast


def _drift(history: History, rule: Rule) -> Floats:
    """Yearly growth as a logarithm: the group's weighted median, damped, and a little of the series' own."""
    pairs = min(YEAR, history.months - YEAR)
    if pairs < 1:
        return np.zeros(len(history.values))
    now = history.values[:, -pairs:].sum(axis=1)
    before = history.values[:, -YEAR - pairs : -YEAR].sum(axis=1)
    fit = (now > 0) & (before > 0) & (now < _COMPARABLE * before) & (before < _COMPARABLE * now)
    if not fit.any():
        return np.zeros(len(history.values))
    own = np.log(np.where(fit, now, 1.0) / np.where(fit, before, 1.0))
    group = _weighted_median(own[fit], (now[fit] * before[fit]) ** 0.25)
    common = rule.drift * np.clip(group, -_LARGEST_DRIFT, _LARGEST_DRIFT)
    followed = common + rule.own_drift * (np.clip(own, -_LARGEST_OWN_DRIFT, _LARGEST_OWN_DRIFT) - common)
    return np.asarray(np.where(fit, followed, common))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _shares(history: History, today: Floats, rule: Rule, own_part: float) -> Floats:
    """Series x calendar months, summing to 1: how a year spreads, from the group and from the series itself.

    A calendar month that nobody has seen yet counts as the mean of the seen ones.
    """
    span = max(1, min(rule.season_years, history.months // YEAR)) * YEAR
    newest, calendar = np.maximum(today[:, -span:], 0.0), history.calendar[-span:]
    by_month = np.zeros((len(today), YEAR))
    np.add.at(by_month.T, calendar, newest.T)
    whole = by_month.sum(axis=1)
    paid = history.values[:, -span:] != 0
    learns = (whole > 0) & paid[:, :_SEEN_MONTHS].any(axis=1) & paid[:, -_SEEN_MONTHS:].any(axis=1)
    learns &= by_month.max(axis=1) <= _LUMPY * whole
    if learns.sum() < _FEW:
        learns = whole > 0
    if not learns.any():
        return np.full((len(today), YEAR), 1 / YEAR)
    weight = np.sqrt(whole[learns])
    group = (by_month[learns] / whole[learns, None] * weight[:, None]).sum(axis=0) / weight.sum()
    unseen = ~np.isin(np.arange(YEAR), calendar)
    if unseen.any():
        group[unseen] = group[~unseen].mean()
    own = by_month / np.where(whole > 0, whole, 1.0)[:, None]
    known = learns[:, None] & ~unseen.any()
    shares = np.where(known, own_part * own + (1 - own_part) * group, group)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _level(today: Floats, expected: Floats, weights: Floats, cut: float) -> Floats:
    """Yearly level of each series: its weighted sum over that of the shares, single months far off cut.

    A month may be `cut` times what the level lets expect, or as large against its share as two others of the newest two
    years: what comes again is how the series pays (by the quarter, twice a year) and not a one-off.
    """
    whole = np.maximum((weights * expected).sum(axis=1), 1e-12)
    newest = np.abs(today[:, -2 * YEAR :]) / np.maximum(expected[:, -2 * YEAR :], 1e-12)
    place = min(_TIMES_SEEN, newest.shape[1])
    repeated = np.partition(newest, -place, axis=1)[:, -place]
    level = np.maximum((weights * today).sum(axis=1) / whole, 0.0)
    for _ in range(_ROUNDS):
        most = np.maximum(cut * level, repeated)[:, None] * expected
        level = np.maximum((weights * np.clip(today, -most, most)).sum(axis=1) / whole, 0.0)
    return np.asarray(level)
