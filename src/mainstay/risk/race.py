"""The race: every candidate's out-of-sample scores over the same origins, and the choice by regret.

The regret of a candidate at an origin is its shortfall against the best candidate there, as a share of the best. A mean
of money would let the origin with the largest losses decide alone; a regret counts every origin the same. The race of
the risk counts captured loss and average precision alike: where a few enterprises hold most of the revenue a list by
size captures the money too, and its probabilities would say nothing. The expected loss has a race of its own, in money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score, roc_auc_score

from mainstay.risk.matrix import Flags, Floats, Integers, TrainingRows

Measure = Literal["captured_loss", "average_precision"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

TIE = 0.005
"""Mean regrets closer than this are a tie, and the simpler candidate wins. 2026-11: captured loss of one origin varies
by 0.1, half a percent is within that noise for any number of origins we will have."""
LIST_LENGTHS = (50, 160)
"""Beside the office's own capacity: the lists and the register's length that people know (DOMAIN section 0)."""


@dataclass(frozen=True)
class Entry:
    """A candidate's out-of-sample scores; nan where a row was not predicted.

    Args:
        money: Orders the list of those worth a visit.
        risk: Orders by how likely it is.
    """

    money: Floats
    risk: Floats

    def take(self, rows: Integers) -> Self:
        """Some of the rows."""
        return type(self)(self.money[rows], self.risk[rows])


@dataclass(frozen=True)
class RaceResult:
    """Who won, and how all did.

    Args:
        winner: The candidate chosen.
        table: One row a candidate, the simplest first: candidate, origins, captured_loss and average_precision (means
            over origins), auc (of all rows), mean_regret, max_regret, is_chosen.
        measures: What the regrets are of.
    """

    winner: str
    table: pl.DataFrame
    measures: tuple[Measure, ...]


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


def race(
    entries: Mapping[str, Entry], rows: TrainingRows, *, lengths: Sequence[int], measures: Sequence[Measure]
) -> RaceResult:
    """Judge the candidates origin by origin and choose the one of least mean regret.

    Args:
        entries: Out-of-sample scores by candidate, the simplest first.
        rows: The training rows, in the order of the scores.
        lengths: The list lengths for captured loss, which is the mean over them.
        measures: What is compared; an origin's regret is the mean over them, one that says nothing there is left out.
    """
    judged = np.all([np.isfinite(entry.money) & np.isfinite(entry.risk) for entry in entries.values()], axis=0)
    regrets: dict[str, list[float]] = {name: [] for name in entries}
    gains: dict[Measure, dict[str, list[float]]] = {measure: {name: [] for name in entries} for measure in MEASURES}
    for origin in rows.origins:
        here = np.flatnonzero(judged & (rows.origin == origin))
        seen = rows.take(here)
        shortfalls = []
        for measure in MEASURES:
            known = {name: _gain(entry.take(here), seen, lengths, measure) for name, entry in entries.items()}
            values = {name: value for name, value in known.items() if value is not None}
            if len(values) < len(entries):
                continue
            for name, value in values.items():
                gains[measure][name].append(value)
            if measure in measures:
                shortfalls.append(regret(values))
        for name in entries if shortfalls else ():
            regrets[name].append(_mean([shortfall[name] for shortfall in shortfalls]))
    winner = least_regret(regrets)
    table = [
        {
            "candidate": name,
            "origins": len(regrets[name]),
            **{measure: _mean(gains[measure][name]) for measure in MEASURES},
            "auc": ranking_quality(entry.risk[judged], rows.label[judged])["auc"],
            "mean_regret": _mean(regrets[name]),
            "max_regret": max(regrets[name], default=0.0),
            "is_chosen": name == winner,
        }
        for name, entry in entries.items()
    ]
    return RaceResult(winner, pl.DataFrame(table, infer_schema_length=None), tuple(measures))


def regret(gained: Mapping[str, float]) -> dict[str, float]:
    """By candidate, at one origin: the shortfall against the best candidate there, as a share of the best."""
    best = max(gained.values())
    return {name: 1 - value / best if best > 0 else 0.0 for name, value in gained.items()}


def least_regret(regrets: Mapping[str, Sequence[float]]) -> str:
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


def _gain(entry: Entry, rows: TrainingRows, lengths: Sequence[int], measure: Measure) -> float | None:
    if not len(rows):
        return None
    if measure == "average_precision":
        return ranking_quality(entry.risk, rows.label)["average_precision"]
    shares = [captured_loss(entry.money, rows.loss, length) for length in lengths]
    known = [share for share in shares if share is not None]
    return _mean(known) if known else None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
