"""The logistic likelihood with a Gaussian prior, maximised by Newton's method."""

import numpy as np

from mainstay.risk.matrix import Floats

_MAX_STEPS = 60
_SMALL = 1e-9
_MAX_LOG_ODDS = 35.0


def logistic(log_odds: Floats) -> Floats:
    """The probability of log-odds, without overflow."""
    bounded = np.clip(log_odds, -_MAX_LOG_ODDS, _MAX_LOG_ODDS)
    return np.asarray(1.0 / (1.0 + np.exp(-bounded)), dtype=np.float64)


def log_posterior(
    design: Floats, events: Floats, exposure: Floats, mean: Floats, precision: Floats, weights: Floats
) -> float:
    """The logarithm of likelihood times prior, up to a constant."""
    log_odds = design @ weights
    likelihood = events @ log_odds - exposure @ np.logaddexp(0.0, log_odds)
    return float(likelihood - 0.5 * precision @ (weights - mean) ** 2)


def map_logistic(
    design: Floats,
    events: Floats,
    exposure: Floats,
    *,
    mean: Floats,
    precision: Floats,
    start: Floats | None = None,
    steps: int = _MAX_STEPS,
) -> Floats:
    """The weights of largest posterior probability.

    Args:
        design: Shape rows x weights.
        events: How often it happened in each row (a label times its weight).
        exposure: How often it could have (the weight).
        mean: The prior's mean, one a weight.
        precision: The prior's precision, one a weight, in 1 / log-odds squared.
        start: Where to begin; the prior's mean by default.
        steps: At most so many steps of Newton's method; each is halved until it is no step back.
    """
    weights = (mean if start is None else start).astype(np.float64).copy()
    value = log_posterior(design, events, exposure, mean, precision, weights)
    for _ in range(steps):
        chance = logistic(design @ weights)
        gradient = design.T @ (events - exposure * chance) - precision * (weights - mean)
        spread = exposure * chance * (1 - chance)
        curvature = (design * spread[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature + _SMALL * np.eye(len(weights)), gradient)
        for _halving in range(30):
            reached = log_posterior(design, events, exposure, mean, precision, weights + step)
            if reached >= value - _SMALL:
                break
            step = step / 2
        weights, gained, value = weights + step, reached - value, reached
        if gained < _SMALL and float(np.abs(step).max()) < _SMALL * 1e3:
            break
    return weights
