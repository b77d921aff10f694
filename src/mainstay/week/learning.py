"""The steps of a training after what was known is there: which questions are asked, and a model for each."""

from functools import partial
from typing import Any

from mainstay.resources import shipped
from mainstay.risk.history import Kept
from mainstay.risk.model_training import train
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import Trainer, read_catalogue
from mainstay.risk.quarterly import due, questions, train_and_store
from mainstay.risk.store import ModelStore
from mainstay.settings import Settings
from mainstay.warehouse.publication import first_open_day
from mainstay.week.rules import signals
from mainstay.week.run import Run


def asked(run: Run, *, if_due: bool) -> tuple[Question, ...]:
    """Every target and horizon as of the run's date; only those that are due where that is asked."""
    if not if_due:
        return questions(run.as_of)
    return due(ModelStore(run.workspace.models), run.as_of, run.settings.models)


def fit(run: Run, question: Question, kept: Kept) -> dict[str, Any]:
    """Train one target and horizon on what was known at its origin, and store it; returns its line of the table."""
    return train_and_store(
        question,
        kept,
        trainer_of(question, run.settings),
        ModelStore(run.workspace.models),
        needed=run.settings.models.needed(question.target),
        shadow_from=first_open_day(run.workspace),
    )


def trainer_of(question: Question, settings: Settings) -> Trainer:
    """What trains the models of a target and horizon, by the settings of the workspace."""
    return partial(
        train,
        target=question.target,
        horizon_months=question.horizon_months,
        catalogue=read_catalogue(shipped("seeds")),
        settings=settings.models,
        capacity=settings.orders.visiting_capacity,
        signals=signals(settings),
    )
