"""Training every quarter: which targets are due, as of which origin, and what each training came to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from mainstay.months import quarter_start
from mainstay.risk.history import Kept
from mainstay.risk.model import NotEnoughEvents, TrainedModel
from mainstay.risk.model_training import train
from mainstay.risk.origins import Question
from mainstay.risk.prediction_targets import HORIZONS, TARGETS
from mainstay.risk.store import ModelStore
from mainstay.settings import ModelSettings


def training_origin(as_of: date, *, of_quarter: bool) -> date:
    """The day whose knowledge a training uses: the newest month's end on or before a date, or the newest quarter's."""
    after = as_of + timedelta(days=1)
    return (quarter_start(after) if of_quarter else after.replace(day=1)) - timedelta(days=1)


def questions(origin: date) -> tuple[Question, ...]:
    """Every target and horizon at one origin."""
    return tuple(Question(target, horizon, (origin,)) for target in TARGETS for horizon in HORIZONS)


def due(store: ModelStore, origin: date, settings: ModelSettings) -> tuple[Question, ...]:
    """Those for which nothing was trained, or tried, in the origin's quarter; none where retraining is switched off."""
    if settings.retrain == "never":
        return ()
    return tuple(asked for asked in questions(origin) if store.is_due(asked.target, asked.horizon_months, origin))


@dataclass(frozen=True)
class Trainer:
    """What all trainings of a workspace share.

    Args:
        store: Where models go.
        catalogue: One row a feature.
        settings: How many events it takes.
        capacity: How many visits a week the office makes.
        signals: `relocation.signal_definitions`.
        shadow_from: The day from which weeks know of the models, see `ModelStore.save`.
    """

    store: ModelStore
    catalogue: pl.DataFrame
    settings: ModelSettings
    capacity: int
    signals: pl.DataFrame
    shadow_from: date

    def train(self, question: Question, kept: Kept) -> dict[str, Any]:
        """Train on what was known at the question's origin, and store the model, or the reason why there is none.

        A new model runs in shadow until a person enables it. Returns one line of the table: `target`,
        `horizon_months`, `version` (None without a model), `events`, `origins`, `metrics`, `reason`.
        """
        trained = self._trained(question, kept)
        told: dict[str, Any] = {"target": question.target, "horizon_months": question.horizon_months}
        if isinstance(trained, NotEnoughEvents):
            self.store.record_refusal(trained)
            return told | {
                "version": None,
                "events": trained.events,
                "origins": len(kept.training[question.origins[0]]),
                "metrics": {},
                "reason": trained.reason,
            }
        self.store.save(trained, shadow_from=self.shadow_from)
        return told | {
            "version": trained.version,
            "events": trained.facts.events,
            "origins": len(trained.facts.origins),
            "metrics": trained.facts.metrics,
            "reason": "",
        }

    def _trained(self, question: Question, kept: Kept) -> TrainedModel | NotEnoughEvents:
        (origin,) = question.origins
        if not kept.training[origin]:
            needed = self.settings.needed(question.target)
            reason = "of no origin half of the months were over by then"
            return NotEnoughEvents(question.target, question.horizon_months, origin, 0, needed, reason)
        features, outcomes = kept.read_training(origin)
        return train(
            features,
            outcomes,
            target=question.target,
            horizon_months=question.horizon_months,
            as_of=origin,
            catalogue=self.catalogue,
            settings=self.settings,
            capacity=self.capacity,
            signals=self.signals,
        )
