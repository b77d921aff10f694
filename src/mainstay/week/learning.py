"""The steps of a training after what was known is there: which questions are asked, and a model for each."""

from typing import Any

from mainstay.resources import shipped
from mainstay.risk.history import Kept
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import read_catalogue
from mainstay.risk.quarterly import Trainer, due, questions
from mainstay.risk.store import ModelStore
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
    settings = run.settings
    trainer = Trainer(
        ModelStore(run.workspace.models),
        read_catalogue(shipped("seeds")),
        settings.models,
        settings.orders.visiting_capacity,
        signals(settings),
        first_open_day(run.workspace),
    )
    return trainer.train(question, kept)
