"""Features as arithmetic needs them: one float matrix whose columns know their concept, and labelled rows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class FeatureMatrix:
    """Rows of enterprises, one column a feature; what is not known is nan.

    Args:
        values: Shape rows x features.
        names: The features, in the order of the columns.
        concepts: The concept of each column.
        base: The revenue of the label window a year before, in the ledger's unit; nan where it is not known.
    """

    values: Floats
    names: tuple[str, ...]
    concepts: tuple[str, ...]
    base: Floats

    def __len__(self) -> int:
        """How many rows."""
        return len(self.base)

    def column(self, name: str) -> Floats:
        """The values of one feature; all nan where there is no such feature."""
        if name not in self.names:
            return np.full(len(self), np.nan)
        return self.values[:, self.names.index(name)]

    def take(self, rows: Integers | Flags) -> Self:
        """Some of the rows."""
        return replace(self, values=self.values[rows], base=self.base[rows])

    def keep(self, columns: Sequence[int]) -> Self:
        """Some of the columns, by position."""
        return replace(
            self,
            values=self.values[:, list(columns)],
            names=tuple(self.names[at] for at in columns),
            concepts=tuple(self.concepts[at] for at in columns),
        )

    def by_concept(self) -> dict[str, list[int]]:
        """The positions of the columns of each concept, concepts in alphabetical order."""
        return {
            concept: [at for at, name in enumerate(self.concepts) if name == concept]
            for concept in sorted(set(self.concepts))
        }

    def live_columns(self) -> list[int]:
        """The columns that say something: at least two different known values."""
        return [at for at in range(len(self.names)) if _differs(self.values[:, at])]


def _differs(column: Floats) -> bool:
    known = column[np.isfinite(column)]
    return bool(len(known)) and float(known.min()) < float(known.max())


def feature_matrix(rows: pl.DataFrame, catalogue: pl.DataFrame) -> FeatureMatrix:
    """The matrix of a frame with the catalogue's features and `base`.

    Args:
        rows: One row an enterprise; features that are not there count as not known.
        catalogue: One row a feature: `feature`, `concept`.
    """
    names = tuple(catalogue["feature"].to_list())
    columns = [
        pl.col(name).cast(pl.Float64) if name in rows.columns else pl.lit(None, pl.Float64).alias(name)
        for name in names
    ]
    values = rows.select(columns).to_numpy().astype(np.float64) if names else np.empty((rows.height, 0))
    base = rows["base"].cast(pl.Float64).to_numpy().astype(np.float64)
    # An infinite ratio says no more than an unknown one, and scikit-learn refuses it.
    values = np.where(np.isfinite(values), values, np.nan).reshape(rows.height, len(names))
    return FeatureMatrix(values, names, tuple(catalogue["concept"].to_list()), base)


@dataclass(frozen=True)
class TrainingRows:
    """Rows whose outcome is known, sorted by origin and enterprise.

    Args:
        matrix: Their features.
        enterprise: Their ids.
        label: Whether it happened.
        loss_share: Loss over base, 0 to 1; 0 where the base is not known or not positive.
        weight: How much a row counts, on average 1.
        origin: The ordinal of the day on which it was scored.
        label_from: The first month of the window, as year * 12 + month.
        label_to: Its last month.
        treated: Whether somebody visited the enterprise meanwhile.
    """

    matrix: FeatureMatrix
    enterprise: Texts
    label: Flags
    loss_share: Floats
    weight: Floats
    origin: Integers
    label_from: Integers
    label_to: Integers
    treated: Flags

    def __len__(self) -> int:
        """How many rows."""
        return len(self.label)

    @property
    def loss(self) -> Floats:
        """The money lost, in the ledger's unit."""
        return self.loss_share * np.nan_to_num(self.matrix.base)

    @property
    def origins(self) -> list[int]:
        """The origins, oldest first."""
        return sorted({int(day) for day in self.origin})

    @property
    def events(self) -> int:
        """How many enterprises it happened to: windows overlap, so one decline is seen from several origins."""
        return len(np.unique(self.enterprise[self.label]))

    @property
    def base_rate(self) -> float:
        """The share of rows to which it happened."""
        return float(self.label.mean())

    @property
    def weighted_rate(self) -> float:
        """The same share by weight: what an estimator that learns from these rows predicts on average."""
        return float(np.average(self.label, weights=self.weight))

    def take(self, rows: Integers | Flags) -> Self:
        """Some of the rows."""
        arrays = {one.name: getattr(self, one.name)[rows] for one in fields(self) if one.name != "matrix"}
        return replace(self, matrix=self.matrix.take(rows), **arrays)
