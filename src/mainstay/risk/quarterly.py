"""Training every quarter: which targets are due, as of which origin, and what each training came to."""

from datetime import date, timedelta
from typing import Any

from mainstay.months import quarter_start
from mainstay.risk.history import QuestionHistory
from mainstay.risk.model import NotEnoughEvents
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import Trainer
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


def train_and_store(
    question: Question, kept: QuestionHistory, trainer: Trainer, store: ModelStore, *, needed: int, shadow_from: date
) -> dict[str, Any]:
    """Train on what was known at the question's origin, and store the model, or the reason why there is none.

    A new model runs in shadow until a person enables it.

    Args:
        question: One target, horizon and origin.
        kept: The frames of the question.
        trainer: Trains the model.
        store: Where it goes.
        needed: How many events it takes.
        shadow_from: The day from which weeks know of the model, see `ModelStore.save`.

    Returns:
        One line of the table: `target`, `horizon_months`, `version` (None without a model), `events`, `origins`,
        `metrics`, `reason`.
    """
    (origin,) = question.origins
    told: dict[str, Any] = {"target": question.target, "horizon_months": question.horizon_months}
    if kept.training[origin]:
        trained = trainer(*kept.read_training(origin), as_of=origin)
    else:
        reason = "no origin has half of its window closed"
        trained = NotEnoughEvents(question.target, question.horizon_months, origin, 0, needed, reason)
    if isinstance(trained, NotEnoughEvents):
        store.record_refusal(trained)
        told |= {"version": None, "events": trained.events, "origins": len(kept.training[origin])}
        return told | {"metrics": {}, "reason": trained.reason}
    store.save(trained, shadow_from=shadow_from)
    told |= {"version": trained.version, "events": trained.facts.events, "origins": len(trained.facts.origins)}
    return told | {"metrics": trained.facts.metrics, "reason": ""}
