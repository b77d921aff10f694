"""Who runs in the race, the simplest first."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl

from mainstay.risk.estimators.boosting import ConceptBoosting
from mainstay.risk.estimators.hazard import LeavingHazard, SignalPrior
from mainstay.risk.estimators.interface import Estimator
from mainstay.risk.estimators.logistic import RegularisedLogistic
from mainstay.risk.estimators.rankers import CHANGE, POINTS, Ranker, Rule
from mainstay.risk.prediction_targets import Target
from mainstay.settings import ModelSettings

_AGE = "_months"
"""The ending of a feature that says how long ago a sign was seen."""


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
    entrants = _rankers(target, catalogue)
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

    A feature is called as its signal (above zero: it holds), or `<signal>_months` (months since it was seen, null where
    it does not hold); the second says more.
    """
    if signals is None:
        return ()
    features = set(catalogue["feature"].to_list())
    found = []
    for row in signals.sort("signal").iter_rows(named=True):
        known = [name for name in (f"{row['signal']}{_AGE}", row["signal"]) if name in features]
        if known:
            is_age = known[0].endswith(_AGE)
            found.append(SignalPrior(known[0], float(row["weight"]), row["lead_from"], row["lead_to"], is_age=is_age))
    return tuple(found)


def _plain(make: Callable[[], Estimator]) -> Candidate:
    return Candidate(make().name, make, make)


def _rankers(target: Target, catalogue: pl.DataFrame) -> list[Candidate]:
    known = set(catalogue["feature"].to_list())
    rules: list[Rule] = ["size"]
    if target == "relocation":
        rules += ["signal_points"] if POINTS in known else []
    else:
        rules += ["drop", "drop_x_amount"] if CHANGE in known else []
    return [Candidate(rule, partial(Ranker, rule), partial(Ranker, rule), is_ranker=True) for rule in rules]
