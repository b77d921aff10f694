"""Quantile bins for boosting, and how many threads it is worth.

scikit-learn 1.9 bins on its own, but with row weights it searches each of 255 percentiles in Python (0.13 s a feature
on 1,200 rows), and it fails on a column without a known value. Values that are binned already take its short way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from threadpoolctl import threadpool_limits

from mainstay.risk.matrix import FeatureMatrix, Floats

BINS = 255
_WORTH_THREADS = 20_000_000
"""Values from which more than one thread pays. 2026-11: on 2,800 x 8 and a busy machine, threads that wait for each
other took 46 s for what one thread does in 12."""


@dataclass
class QuantileBins:
    """Turns each column that says something into the numbers of its quantile bins; unknown stays nan."""

    columns: list[int] = field(default_factory=list)
    _edges: list[Floats] = field(default_factory=list)

    def fit(self, features: FeatureMatrix) -> Self:
        """Learn the edges of all columns with at least two different known values."""
        self.columns = features.live_columns()
        self._edges = [_edges(features.values[:, at]) for at in self.columns]
        return self

    def bins(self, features: FeatureMatrix) -> Floats:
        """Shape rows x kept columns."""
        binned = np.empty((len(features), len(self.columns)))
        for to, (at, edges) in enumerate(zip(self.columns, self._edges, strict=True)):
            values = features.values[:, at]
            binned[:, to] = np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="left"))
        return binned


def _edges(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    distinct = np.unique(known)
    if len(distinct) <= BINS:
        return np.asarray((distinct[:-1] + distinct[1:]) / 2, dtype=np.float64)
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    return np.unique(np.quantile(known, inner, method="averaged_inverted_cdf"))


@contextmanager
def fitting_threads(features: FeatureMatrix) -> Iterator[None]:
    """One thread for little data, as many as there are for much."""
    if features.values.size >= _WORTH_THREADS:
        yield
        return
    with threadpool_limits(limits=1):
        yield
