"""Temporal splits with a label gap: what could be learnt from at an origin, and how candidates are judged inside it.

At an as-of date only outcomes count that were judged and known then. Inside, the newest origins are predicted from
those whose windows were closed before theirs began; where there is no such pair, enterprises are split by a stable
hash.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from mainstay.months import month_number
from mainstay.risk.matrix import Integers, TrainingRows, feature_matrix

VALIDATED_ORIGINS = 3
"""So many origins are predicted inside the training, each costs one fit a candidate. Where there are fewer, enterprises
are split: one origin, predicted from the single one before it, chose worse than folds over all of them (2026-11)."""
ENTERPRISE_FOLDS = 4
_LEAST_VALIDATED_EVENTS = 20
"""Below so many events an out-of-time check says less than one across enterprises."""


@dataclass(frozen=True)
class Fold:
    """One check: positions of the rows to learn from, and of those to predict."""

    train: Integers
    valid: Integers


@dataclass(frozen=True)
class Validation:
    """All checks of a training; each row is predicted at most once."""

    kind: Literal["out_of_time", "by_enterprise"]
    folds: tuple[Fold, ...]


def lessons(outcomes: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What a model of `as_of` may learn from, sorted by origin and enterprise.

    A lesson is the label on the settled part of the window (`labels.outcomes`): `label`, `base`, `loss` and `label_to`
    are those of that part. Only rows judged at `as_of`, whose part of the window was over by then. An origin of which
    only events are known teaches nothing: a move is known as soon as it is registered, that a firm stayed only later.
    """
    told = outcomes.with_columns(
        label=pl.col("lesson"), base=pl.col("lesson_base"), loss=pl.col("lesson_loss"), label_to=pl.col("lesson_to")
    )
    judged = told.filter(
        (pl.col("as_of_date") == as_of)
        & pl.col("label").is_not_null()
        & (pl.col("label_to").dt.month_end() <= as_of)
        & (pl.col("origin_date") < as_of)
    )
    has_both_sides = (~pl.col("label")).any().over("origin_date")
    return judged.filter(has_both_sides).sort("origin_date", "enterprise_id")


def training_rows(
    features: pl.DataFrame, outcomes: pl.DataFrame, catalogue: pl.DataFrame, *, include_treated: bool = True
) -> TrainingRows:
    """Lessons with the features of their origin.

    Args:
        features: One row per as-of date and enterprise.
        outcomes: What `lessons` returned.
        catalogue: One row a feature.
        include_treated: Whether enterprises that were visited meanwhile count.
    """
    kept = outcomes if include_treated else outcomes.filter(~pl.col("treated").fill_null(value=False))
    by_origin = features.rename({"as_of_date": "origin_date"})
    rows = kept.join(by_origin, on=["origin_date", "enterprise_id"], how="inner").sort("origin_date", "enterprise_id")
    matrix = feature_matrix(rows, catalogue)
    base = np.nan_to_num(matrix.base)
    loss = np.nan_to_num(rows["loss"].cast(pl.Float64).to_numpy().astype(np.float64))
    share = np.divide(loss, base, out=np.zeros(len(base)), where=base > 0)
    return TrainingRows(
        matrix=matrix,
        enterprise=rows["enterprise_id"].to_numpy().astype(np.str_),
        label=rows["label"].to_numpy().astype(np.bool_),
        loss_share=np.clip(share, 0, 1),
        weight=np.ones(rows.height),
        origin=np.array([day.toordinal() for day in rows["origin_date"]], dtype=np.int64),
        label_from=_months(rows["label_from"]),
        label_to=_months(rows["label_to"]),
        treated=rows["treated"].fill_null(value=False).to_numpy().astype(np.bool_),
    )


def validation(rows: TrainingRows, min_events: int) -> Validation:
    """How candidates are judged: out of time where older origins can predict newer ones, else across enterprises.

    Args:
        rows: All training rows.
        min_events: With fewer events nothing is learnt, so an origin with fewer before it is not predicted.
    """
    eligible = [fold for origin in rows.origins if _teaches(rows, fold := _out_of_time(rows, origin), min_events)]
    newest_first = eligible[::-1]
    # Neighbouring months see nearly the same windows: every second one tells more.
    apart = newest_first[::2] if len(newest_first) > 2 * VALIDATED_ORIGINS - 2 else newest_first
    chosen = apart[:VALIDATED_ORIGINS][::-1]
    predicted = np.concatenate([fold.valid for fold in chosen]) if chosen else np.zeros(0, dtype=np.int64)
    if len(chosen) == VALIDATED_ORIGINS and rows.take(predicted).events >= _LEAST_VALIDATED_EVENTS:
        return Validation("out_of_time", tuple(chosen))
    return Validation("by_enterprise", tuple(_by_enterprise(rows)))


def stable_fold(enterprise_id: str, folds: int) -> int:
    """The same fold for an enterprise in every run and at every origin."""
    digest = hashlib.blake2b(enterprise_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % folds


def _out_of_time(rows: TrainingRows, origin: int) -> Fold:
    valid = np.flatnonzero(rows.origin == origin)
    begins = int(rows.label_from[valid].min())
    return Fold(np.flatnonzero(rows.label_to < begins), valid)


def _teaches(rows: TrainingRows, fold: Fold, min_events: int) -> bool:
    if not len(fold.train):
        return False
    train, valid = rows.take(fold.train), rows.label[fold.valid]
    return train.events >= min_events and not train.label.all() and bool(valid.any()) and not valid.all()


def _by_enterprise(rows: TrainingRows) -> list[Fold]:
    names, where = np.unique(rows.enterprise, return_inverse=True)
    fold_of = np.array([stable_fold(str(name), ENTERPRISE_FOLDS) for name in names], dtype=np.int64)[where]
    folds = [Fold(np.flatnonzero(fold_of != at), np.flatnonzero(fold_of == at)) for at in range(ENTERPRISE_FOLDS)]
    return [fold for fold in folds if len(fold.valid) and rows.label[fold.train].any()]


def thin(rows: TrainingRows, limit: int) -> TrainingRows:
    """At most about `limit` rows: a stable share of the enterprises, with all their origins."""
    if len(rows) <= limit:
        return rows
    names, where = np.unique(rows.enterprise, return_inverse=True)
    parts = 10_000
    kept = np.array([stable_fold(str(name), parts) < parts * limit // len(rows) for name in names])
    return rows.take(np.asarray(kept[where], dtype=np.bool_))


def _months(days: pl.Series) -> Integers:
    return days.to_frame().select(month_number(pl.first())).to_series().to_numpy().astype(np.int64)
