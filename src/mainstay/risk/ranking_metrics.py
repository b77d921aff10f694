"""How good an order is: precision, recall and captured loss at k with bounds for ties, average precision, AUC.

Vocabulary and the tie bounds after triage. A row is an enterprise whose outcome is known; those with an unknown outcome
are left out before, never counted as negative. A row without a score ranks last, tied with the others of its kind.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import average_precision_score, roc_auc_score

from mainstay.risk.matrix import Flags, Floats, Integers


@dataclass(frozen=True)
class Bounds:
    """A figure at k under ties: the order of the tied rows against us, at random, and in our favour."""

    worst: float
    expected: float
    best: float


def scores_of(rows: pl.DataFrame, column: str) -> Floats:
    """A column of scores, or of other figures, by row; nan where there is none."""
    scores: Floats = rows[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return scores


def ranks(scores: Floats) -> Integers:
    """Dense ranks of scores, higher is better; what is not a number gets 0, below all others."""
    known = ~np.isnan(scores)
    dense = np.zeros(len(scores), dtype=np.int64)
    dense[known] = np.unique(scores[known], return_inverse=True)[1] + 1
    return dense


def taken_at(ranked: Integers, values: Integers, k: int) -> Bounds:
    """The sum of `values` over the first k rows by rank, highest first.

    Of the rows that tie at the k-th place only some are taken: the smallest values, values at random, the largest.
    """
    size = min(k, len(ranked))
    if size == 0:
        return Bounds(0.0, 0.0, 0.0)
    border = np.partition(ranked, len(ranked) - size)[len(ranked) - size]
    above = values[ranked > border]
    tied = np.sort(values[ranked == border])
    places = size - len(above)
    certain = int(above.sum())
    return Bounds(
        worst=float(certain + int(tied[:places].sum())),
        expected=certain + places * float(tied.mean()),
        best=float(certain + int(tied[len(tied) - places :].sum())),
    )


def precision_at(ranked: Integers, labels: Flags, k: int) -> Bounds | None:
    """Share of true labels among the first k (of all, where there are fewer than k rows); None without rows."""
    return _share(taken_at(ranked, labels.astype(np.int64), k), min(k, len(labels)))


def recall_at(ranked: Integers, labels: Flags, k: int) -> Bounds | None:
    """Share of all true labels that are among the first k; None where no label is true."""
    return _share(taken_at(ranked, labels.astype(np.int64), k), int(labels.sum()))


def captured_at(ranked: Integers, losses: Integers, k: int) -> Bounds | None:
    """Loss of the first k as a share of the k largest losses, the most that a list of k can hold; None without loss.

    Args:
        ranked: Ranks, higher first.
        losses: In cents, 0 where nothing was lost.
        k: The length of the list.
    """
    return _share(taken_at(ranked, losses, k), int(np.sort(losses)[::-1][:k].sum()))


def captured_by_k(ranked: Integers, losses: Integers, ks: Integers) -> Floats:
    """The loss of the first k as a share of all loss, for each k, ties at random: the gain curve; nan without loss."""
    order = np.argsort(-ranked, kind="stable")
    _, group, sizes = np.unique(-ranked[order], return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=losses[order]) / sizes
    cumulated = np.concatenate([[0.0], np.cumsum(means[group])])
    total = float(losses.sum())
    return cumulated[np.minimum(ks, len(losses))] / (total if total > 0 else np.nan)


def average_precision(ranked: Integers, labels: Flags) -> float | None:
    """Average precision, tied rows entering together (so that their order does not matter); None without a true label.

    Source: scikit-learn's `average_precision_score`, sum over thresholds of (recall step x precision).
    """
    return float(average_precision_score(labels, ranked)) if labels.any() else None


def auc(ranked: Integers, labels: Flags) -> float | None:
    """Chance that a true row ranks above a false one, a tie counting half; None where one of the kinds is missing."""
    return float(roc_auc_score(labels, ranked)) if labels.any() and not labels.all() else None


def at_every_k(
    scores: Floats, labels: Flags, losses: Integers, ks: tuple[int, ...], *, priced: Flags | None = None
) -> dict[str, Any]:
    """All metrics of one ranking: `average_precision`, `auc`, and by k `precision`, `recall`, `captured_loss`.

    Args:
        scores: Higher first.
        labels: Whether it happened.
        losses: In cents.
        ks: The lengths of list.
        priced: Rows whose loss is known; captured loss is a matter of these alone. Default all.
    """
    ranked = ranks(scores)
    known = np.ones(len(labels), dtype=np.bool_) if priced is None else priced
    return {
        "average_precision": average_precision(ranked, labels),
        "auc": auc(ranked, labels),
        "without_score": int(np.isnan(scores).sum()),
        "at": {
            str(k): {
                "precision": _shown(precision_at(ranked, labels, k)),
                "recall": _shown(recall_at(ranked, labels, k)),
                "captured_loss": _shown(captured_at(ranked[known], losses[known], k)),
            }
            for k in ks
        },
    }


def _share(sums: Bounds, whole: int) -> Bounds | None:
    if whole <= 0:
        return None
    return Bounds(sums.worst / whole, sums.expected / whole, sums.best / whole)


def _shown(bounds: Bounds | None) -> dict[str, float] | None:
    return None if bounds is None else asdict(bounds)
