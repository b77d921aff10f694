"""What every estimator of the race offers, be it a ranker or a model."""

from typing import Protocol, Self

from mainstay.risk.matrix import FeatureMatrix, Floats, TrainingRows


class Estimator(Protocol):
    """Ranks enterprises by a raw score that falls apart exactly into concepts."""

    @property
    def name(self) -> str:
        """Names it in the race, in the version and on the card."""

    @property
    def base_value(self) -> float:
        """The raw score of an average enterprise of the training rows."""

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """What it was set to, for the manifest."""

    def fit(self, rows: TrainingRows) -> Self:
        """Learn from labelled rows; returns itself."""

    def raw(self, features: FeatureMatrix) -> Floats:
        """One score a row, on the scale of log-odds (a ranker: on any scale)."""

    def contributions(self, features: FeatureMatrix) -> dict[str, Floats]:
        """By concept: raw = base_value + their sum, exactly."""
