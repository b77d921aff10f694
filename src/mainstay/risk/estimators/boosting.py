"""Gradient boosting whose trees never mix features of two concepts: exactly additive over concepts."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from mainstay.risk.estimators.bins import QuantileBins
from mainstay.risk.matrix import FeatureMatrix, Floats, TrainingRows

MAX_ITER = 200
LEARNING_RATE = 0.05
MAX_LEAF_NODES = 15
L2 = 5.0
MAX_FEATURES = 0.5
_CENTRING_ROWS = 5_000
"""From how many rows at most the mean contribution is taken, evenly spread; a mean needs no more."""


def min_samples_leaf(events: int) -> int:
    """How many rows a leaf holds at least: 40, fewer where events are few, so that a leaf can hold some of them."""
    return int(np.clip(events // 5, 10, 40))


def tree_settings(max_iter: int, leaf: int) -> dict[str, float | int]:
    """What every boosting here is set to, by the names of scikit-learn: so many trees, and rows a leaf at least."""
    return {
        "max_iter": max_iter,
        "learning_rate": LEARNING_RATE,
        "max_leaf_nodes": MAX_LEAF_NODES,
        "l2_regularization": L2,
        "max_features": MAX_FEATURES,
        "min_samples_leaf": leaf,
    }


@dataclass
class ConceptBoosting:
    """Histogram gradient boosting, the mean of a few seeds, constrained to one concept a tree.

    A concept's contribution is the score with all other concepts held at a reference row, less the reference row's,
    centred on the mean of the training rows; as no tree mixes concepts, the parts add up to the score.

    Args:
        seeds: One model a seed; column subsampling differs, the score is their mean.
        max_iter: Trees a model.
    """

    name: ClassVar[str] = "boosting"
    seeds: tuple[int, ...] = (0, 1)
    max_iter: int = MAX_ITER
    base_value: float = 0.0
    leaf: int = 0
    _models: list[HistGradientBoostingClassifier] = field(default_factory=list)
    _bins: QuantileBins = field(default_factory=QuantileBins)
    _reference: Floats = field(default_factory=lambda: np.zeros(0))
    _at_reference: float = 0.0
    _centres: dict[str, float] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """All that was set, and the leaf's size that the events allowed."""
        return {**tree_settings(self.max_iter, self.leaf), "seeds": len(self.seeds)}

    def fit(self, rows: TrainingRows) -> Self:
        """Learn the trees, then the mean contribution of each concept."""
        self._bins = QuantileBins().fit(rows.matrix)
        binned, concepts = self._bins.bins(rows.matrix), self._concepts(rows.matrix)
        self.leaf = min_samples_leaf(rows.events)
        self._models = [
            HistGradientBoostingClassifier(
                **tree_settings(self.max_iter, self.leaf),
                interaction_cst=list(concepts.values()),
                early_stopping=False,
                random_state=seed,
            ).fit(binned, rows.label, sample_weight=rows.weight)
            for seed in self.seeds
        ]
        self._reference = np.nanmedian(binned, axis=0)
        self._at_reference = float(self._scores(self._reference[None, :])[0])
        step = max(1, len(rows) // _CENTRING_ROWS)
        parts = self._from_reference(rows.matrix.take(np.arange(0, len(rows), step)))
        self._centres = {concept: float(part.mean()) for concept, part in parts.items()}
        self.base_value = self._at_reference + sum(self._centres.values())
        return self

    def raw(self, features: FeatureMatrix) -> Floats:
        """The mean log-odds of the models."""
        return self._scores(self._bins.bins(features))

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """Per concept, against the training rows' mean."""
        return {concept: part - self._centres[concept] for concept, part in self._from_reference(features).items()}

    def _from_reference(self, features: FeatureMatrix) -> dict[str, Floats]:
        binned = self._bins.bins(features)
        parts = {}
        for concept, columns in self._concepts(features).items():
            held = np.tile(self._reference, (len(binned), 1))
            held[:, columns] = binned[:, columns]
            parts[concept] = self._scores(held) - self._at_reference
        return parts

    def _concepts(self, features: FeatureMatrix) -> dict[str, list[int]]:
        """The positions of each concept among the binned columns."""
        return features.keep(self._bins.columns).by_concept()

    def _scores(self, values: Floats) -> Floats:
        scores = [model.decision_function(values) for model in self._models]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float64)
