"""The race: every candidate's out-of-sample scores over the same origins, and the choice by regret.

The regret of a candidate at an origin is its shortfall against the best candidate there, as a share of the best. A mean
of money would let the origin with the largest losses decide alone; a regret counts every origin the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score, roc_auc_score

from mainstay.risk.matrix import Flags, Floats, TrainingRows

Measure = Literal["captured_loss", "average_precision"]

TIE = 0.005
"""Mean regrets closer than this are a tie, and the simpler candidate wins. 2026-11: captured loss of one origin varies
by 0.1, half a percent is within that noise for any number of origins we will have."""
LIST_LENGTHS = (50, 160)
"""Beside the office's own capacity: the lists and the register's length that people know (DOMAIN section 0)."""


@dataclass(frozen=True)
class RaceResult:
    """Who won, and how all did.

    Args:
        winner: The candidate chosen.
        table: One row a candidate, the simplest first: candidate, origins, mean, mean_regret, max_regret, auc,
            average_precision, is_chosen.
        measure: What `mean` and the regrets are of.
    """

    winner: str
    table: pl.DataFrame
    measure: Measure


def list_lengths(capacity: int, rows: int) -> tuple[int, ...]:
    """The lengths at which captured loss counts: the capacity, 50 and 160 where that is not most of an origin."""
    longer = [length for length in LIST_LENGTHS if length <= rows // 4]
    return tuple(sorted({max(1, capacity), *longer}))


def captured_money(score: Floats, loss: Floats, length: int) -> float:
    """The loss among the `length` highest scores; of equal scores at the edge each counts by its share."""
    if length >= len(score):
        return float(loss.sum())
    edge = np.partition(score, len(score) - length)[len(score) - length]
    above, at_edge = score > edge, score == edge
    share = (length - int(above.sum())) / int(at_edge.sum())
    return float(loss[above].sum() + share * loss[at_edge].sum())


def captured_loss(score: Floats, loss: Floats, length: int) -> float | None:
    """The same as a share of the best possible list of that length; none where there was no loss."""
    best = captured_money(loss, loss, length)
    return captured_money(score, loss, length) / best if best > 0 else None


def race(entries: Mapping[str, Floats], rows: TrainingRows, *, lengths: Sequence[int], measure: Measure) -> RaceResult:
    """Judge the candidates origin by origin and choose the one of least mean regret.

    Args:
        entries: Out-of-sample scores by candidate, the simplest first; nan where a row was not predicted.
        rows: The training rows, in the order of the scores.
        lengths: The list lengths for captured loss.
        measure: What is compared; captured loss is the mean over the lengths.
    """
    judged = np.all([np.isfinite(score) for score in entries.values()], axis=0)
    gained: dict[str, list[float]] = {name: [] for name in entries}
    for origin in rows.origins:
        here = judged & (rows.origin == origin)
        values = {name: _gain(score[here], rows.take(here), lengths, measure) for name, score in entries.items()}
        known = {name: value for name, value in values.items() if value is not None}
        if len(known) == len(entries):
            for name, value in known.items():
                gained[name].append(value)
    regrets = regret({name: np.array(values) for name, values in gained.items()})
    winner = least_regret(regrets)
    table = [
        {
            "candidate": name,
            "origins": len(gained[name]),
            "mean": _mean(np.array(gained[name])),
            "mean_regret": _mean(regrets[name]),
            "max_regret": float(regrets[name].max()) if len(regrets[name]) else 0.0,
            **ranking_quality(score[judged], rows.label[judged]),
            "is_chosen": name == winner,
        }
        for name, score in entries.items()
    ]
    return RaceResult(winner, pl.DataFrame(table), measure)


def regret(gained: Mapping[str, Floats]) -> dict[str, Floats]:
    """By candidate and origin: the shortfall against the best candidate of that origin, as a share of the best."""
    best = np.max(list(gained.values()), axis=0) if gained else np.zeros(0)
    return {name: np.where(best > 0, 1 - values / np.where(best > 0, best, 1), 0.0) for name, values in gained.items()}


def least_regret(regrets: Mapping[str, Floats]) -> str:
    """The candidate of least mean regret; among ties the first, which is the simplest."""
    least = min(_mean(values) for values in regrets.values())
    return next(name for name, values in regrets.items() if _mean(values) <= least + TIE)


def ranking_quality(score: Floats, label: Flags) -> dict[str, float | None]:
    """`auc` and `average_precision`; none where only one side was seen."""
    if not label.any() or label.all():
        return {"auc": None, "average_precision": None}
    return {
        "auc": float(roc_auc_score(label, score)),
        "average_precision": float(average_precision_score(label, score)),
    }


def _gain(score: Floats, rows: TrainingRows, lengths: Sequence[int], measure: Measure) -> float | None:
    if not len(rows):
        return None
    if measure == "average_precision":
        return ranking_quality(score, rows.label)["average_precision"]
    shares = [captured_loss(score, rows.loss, length) for length in lengths]
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
