"""Who runs in the race, the simplest first."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from mainstay.risk.estimators.boosting import ConceptBoosting
from mainstay.risk.estimators.hazard import LeavingHazard, SignalPrior
from mainstay.risk.estimators.interface import Estimator
from mainstay.risk.estimators.logistic import RegularisedLogistic
from mainstay.risk.estimators.rankers import Ranker
from mainstay.risk.targets import Target
from mainstay.settings import ModelSettings

RATIO_FEATURES = ("yoy_3", "yoy_3m", "yoy_last_3", "revenue_yoy_3")
"""Features that hold the last three months over the same a year before; the first that is there tells the drop."""
_PREFIX = "signal_"
_AGE_SUFFIXES = ("_months", "_age", "_age_months", "_months_ago")


@dataclass(frozen=True)
class Candidate:
    """One entrant.

    Args:
        name: Of its estimator.
        make: Makes an unfitted one, for the checks.
        make_final: Makes the one that is kept.
        is_ranker: Whether its own order is the list's; a model's is risk times base.
    """

    name: str
    make: Callable[[], Estimator]
    make_final: Callable[[], Estimator]
    is_ranker: bool = False


def candidates(
    target: Target,
    horizon_months: int,
    *,
    events: int,
    catalogue: pl.DataFrame,
    signals: pl.DataFrame | None,
    settings: ModelSettings,
) -> list[Candidate]:
    """The entrants that so many events allow, the simplest first; none where nothing is to be fitted."""
    if events < settings.needed(target):
        return []
    priors = signal_priors(catalogue, signals)
    hazard = _plain(lambda: LeavingHazard(horizon_months, priors))
    if target == "relocation" and events < settings.min_events_relocation:
        return [hazard] if priors else []
    entrants = _rankers(target, catalogue, priors)
    entrants.append(_plain(RegularisedLogistic))
    if target == "relocation" and priors:
        entrants.append(hazard)
    # One seed tells in the checks how good boosting is; the mean of two is kept.
    entrants.append(Candidate("boosting", lambda: ConceptBoosting(seeds=(0,)), ConceptBoosting))
    return entrants


def signal_priors(catalogue: pl.DataFrame, signals: pl.DataFrame | None) -> tuple[SignalPrior, ...]:
    """The prior of each signal that a feature of the catalogue holds.

    Args:
        catalogue: One row a feature.
        signals: `relocation.signal_definitions`: signal, weight, lead_from, lead_to; none = no prior.

    A feature is `signal_<code>` (above zero: it holds) or `signal_<code>_months` (months since it was seen).
    """
    if signals is None:
        return ()
    features = set(catalogue["feature"].to_list())
    found = []
    for row in signals.sort("signal").iter_rows(named=True):
        stem = f"{_PREFIX}{row['signal']}"
        ages = [f"{stem}{suffix}" for suffix in _AGE_SUFFIXES if f"{stem}{suffix}" in features]
        held = [name for name in (stem, row["signal"]) if name in features]
        chosen = [*ages, *held]
        if chosen:
            prior = SignalPrior(chosen[0], float(row["weight"]), row["lead_from"], row["lead_to"], is_age=bool(ages))
            found.append(prior)
    return tuple(found)


def _plain(make: Callable[[], Estimator]) -> Candidate:
    return Candidate(make().name, make, make)


def _rankers(target: Target, catalogue: pl.DataFrame, priors: tuple[SignalPrior, ...]) -> list[Candidate]:
    if target == "relocation":
        points = {prior.feature: prior.points for prior in priors if not prior.is_age}
        rankers = [Ranker("size"), *([Ranker("signal_points", points=points)] if points else [])]
    else:
        known = set(catalogue["feature"].to_list())
        ratio = next((name for name in RATIO_FEATURES if name in known), None)
        drops = [Ranker("drop", ratio), Ranker("drop_x_amount", ratio)] if ratio else []
        rankers = [Ranker("size"), *drops]
    return [_ranked(ranker) for ranker in rankers]


def _ranked(ranker: Ranker) -> Candidate:
    def make() -> Ranker:
        return Ranker(ranker.rule, ranker.ratio_feature, ranker.points)

    return Candidate(ranker.name, make, make, is_ranker=True)
