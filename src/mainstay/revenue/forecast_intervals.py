"""80% intervals by conformal quantiles: what the same method would have missed from earlier origins (docs/forecast.md).

Errors are taken relative to the size of what was to be forecast, by class of size and unsteadiness. Earlier origins
are the same month of last year and of the year before, and the newest half year's; all of them look only at months
that are closed now, and at errors that have happened by now.
"""

from dataclasses import dataclass

import numpy as np

from mainstay.revenue.forecast_series import RULE, YEAR, Flags, Floats, History, Rule, Whole, rest_of_year

COVERAGE = 0.8
MONTHS_BACK = (12, 24, 9, 6)
"""How far back the earlier origins lie: those that leave more than a year of history are used."""
_SHORT_BACK = (3, 2, 1)
"""Where none of these is left, nearer ones with a shorter horizon stand in."""
_LEAST_ERRORS = 30
"""A class with fewer errors takes those of all classes."""
_LEAST_SCALE = 0.25
_WIDENS = 0.25
"""Power of the horizon with which relative errors grow; a random walk's is 0.5, pure noise's -0.5."""
_TOGETHER = 0.03
"""What a park's year misses at least, all firms together: a judgement (2026-11), see docs/forecast.md."""
_NORMAL_80 = 1.2816
"""Half the width of 80% of a normal distribution, in standard deviations."""
_NEWCOMER, _ENDED, _CLASSES = 9, 10, 11


@dataclass(frozen=True)
class Margins:
    """Quantiles of relative errors a class: how far below and above a forecast 80% of the outcomes lie.

    Args:
        low: One a class, at most 0.
        high: One a class, at least 0.
        origins: How many earlier origins stand behind them; 0 = none, the margins are a guess.
        is_short: Whether only nearer origins with shorter horizons were there.
    """

    low: Floats
    high: Floats
    origins: int
    is_short: bool = False

    def of(self, history: History, rest: Floats, horizon: int) -> tuple[Floats, Floats]:
        """Low and high of each series' rest of the year, around `rest`; low may be negative (refunds)."""
        scale, label = error_scale(history, rest, horizon), classes(history)
        return rest + self.low[label] * scale, rest + self.high[label] * scale


GUESS = Margins(np.full(_CLASSES, -0.5), np.full(_CLASSES, 0.5), origins=0)
"""Where nothing can be learnt: half of what is to be forecast either way, and the method says so."""


def margins(history: History, horizon: int, rule: Rule = RULE) -> Margins:
    """Learn the margins from what is known at the origin.

    Args:
        history: The closed months.
        horizon: How many months are to be forecast.
        rule: The method's constants.
    """
    usable = [back for back in MONTHS_BACK if history.months - back > YEAR]
    is_short = not any(back >= horizon for back in usable)
    if is_short:
        usable += [back for back in _SHORT_BACK if history.months - back >= YEAR]
    if not usable:
        return GUESS
    errors, labels = zip(*(_errors(history, back, horizon, rule) for back in usable), strict=True)
    missed, label = np.concatenate(errors), np.concatenate(labels)
    # What all firms miss together changes its sign from year to year: half of what the past says of the side is kept.
    (low, high), (mirrored_low, mirrored_high) = (
        quantiles(missed, label),
        quantiles(np.concatenate([missed, -missed]), np.concatenate([label, label])),
    )
    low, high = (low + mirrored_low) / 2, (high + mirrored_high) / 2
    return Margins(low, high, origins=len(usable), is_short=is_short)


def quantiles(errors: Floats, labels: Whole) -> tuple[Floats, Floats]:
    """The 10% and 90% quantile of relative errors a class, held at 0 from the other side."""
    tail = (1 - COVERAGE) / 2
    bounds = np.zeros((2, _CLASSES))
    for label in range(_CLASSES):
        own = errors[labels == label]
        chosen = own if len(own) >= _LEAST_ERRORS else errors
        bounds[:, label] = np.quantile(chosen, [tail, 1 - tail]) if len(chosen) else (-0.5, 0.5)
    return np.minimum(bounds[0], 0.0), np.maximum(bounds[1], 0.0)


def relative_errors(history: History, rest: Floats, actual: Floats, horizon: int) -> tuple[Floats, Flags]:
    """(actual - rest) / scale of each series, and which of them were alive enough to be counted."""
    scale = error_scale(history, rest, horizon)
    alive = scale > 0
    return (actual - rest) / np.where(alive, scale, 1.0), alive


def error_scale(history: History, rest: Floats, horizon: int) -> Floats:
    """What an error is measured by: the forecast, or a quarter of as many usual months where that is more."""
    usual = np.abs(history.last_year).mean(axis=1) * horizon
    return np.asarray(np.maximum(np.abs(rest), _LEAST_SCALE * usual))


def classes(history: History) -> Whole:
    """The class of each series: three of size by three of unsteadiness; newcomers; those that have ended."""
    size = np.abs(history.last_year).sum(axis=1)
    mean = size / history.last_year.shape[1]
    spread = np.abs(np.abs(history.last_year) - mean[:, None]).mean(axis=1)
    unsteady = np.where(mean > 0, spread / np.where(mean > 0, mean, 1.0), 0.0)
    alive = size > 0
    if not alive.any():
        return np.full(len(size), _ENDED)
    thirds = [1 / 3, 2 / 3]
    label = np.digitize(size, np.quantile(size[alive], thirds)) * 3
    label += np.digitize(unsteady, np.quantile(unsteady[alive], thirds))
    is_new = np.argmax(history.values != 0, axis=1) > history.months - YEAR
    label = np.where(is_new, _NEWCOMER, label)
    return np.where(history.has_ended(RULE.silent) | ~alive, _ENDED, label)


def _errors(history: History, back: int, horizon: int, rule: Rule) -> tuple[Floats, Whole]:
    """Errors from one earlier origin; those of a shorter horizon are widened, by less than a random walk's."""
    known, ahead = history.until(back), min(horizon, back)
    begin = known.months
    actual = history.values[:, begin : begin + ahead].sum(axis=1)
    errors, alive = relative_errors(known, rest_of_year(known, ahead, rule).sum(axis=1), actual, ahead)
    return errors[alive] * (horizon / ahead) ** _WIDENS, classes(known)[alive]


def park_margin(history: History, horizon: int, below: Whole, above: Whole) -> tuple[int, int]:
    """How far below and above the sum of the firms the park's 80% interval reaches.

    Firms err on their own, which adds up in squares, and all together, which earlier origins show of the sum of the
    firms; never less than `_TOGETHER`, and never beyond all firms at their own low end at once.

    Args:
        history: The closed months of the firms.
        horizon: How many months are to be forecast.
        below: Each firm's forecast less its low.
        above: Each firm's high less its forecast.
    """
    misses = []
    for back in MONTHS_BACK:
        if history.months - back > YEAR:
            known, ahead = history.until(back), min(horizon, back)
            expected = rest_of_year(known, ahead).sum()
            actual = history.values[:, known.months : known.months + ahead].sum()
            misses.append(actual / expected - 1 if expected > 0 else 0.0)
    together = max(_TOGETHER, float(np.sqrt(np.mean(np.square(misses)))) if misses else 0.0)
    common = _NORMAL_80 * together * abs(rest_of_year(history, horizon).sum())
    reach = [float(np.sqrt((side.astype(np.float64) ** 2).sum() + common**2)) for side in (below, above)]
    return min(round(reach[0]), int(below.sum())), round(reach[1])
