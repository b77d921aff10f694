"""Learning from the past: the ledger as it was, how models are trained, and the steps of a training."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mainstay import outbound
from mainstay.outbound.register import keep_register
from mainstay.resources import shipped
from mainstay.risk.fingerprints import sources_hash
from mainstay.risk.history import HistoryCache, HistoryFiles, QuestionHistory
from mainstay.risk.model_training import train
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import Trainer, read_catalogue
from mainstay.risk.quarterly import due, questions, train_and_store
from mainstay.risk.store import ModelStore
from mainstay.settings import Settings
from mainstay.warehouse import models
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.past import PastLedger, PythonStep
from mainstay.warehouse.publication import first_open_day
from mainstay.week.input_tables import input_tables
from mainstay.week.rules import signals
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


@contextmanager
def history_cache(run: Run) -> Iterator[HistoryCache]:
    """What sees to it that all that was known at past dates is in the history; only what is new is computed."""
    scope = run.settings.outbound.scope_months
    keep = partial(keep_register, scope_months=scope)
    code = f"{sources_hash(Path(outbound.__file__).parent)} {scope}"
    register = PythonStep("features.outbound_facts", ("outbound_cases", "outbound_events"), keep, code)
    tables = input_tables(run.settings, run.contracts, run.workspace.home)
    in_memory = Path(":memory:")
    with Warehouse(run.workspace.warehouse, candidate=in_memory, settings=run.settings.warehouse) as warehouse:
        past = PastLedger(warehouse, models.load_models(shipped("sql")), tables, (register,))
        yield HistoryCache(HistoryFiles(run.workspace.history), past, log=logger.info)


def asked(run: Run, *, if_due: bool) -> tuple[Question, ...]:
    """Every target and horizon as of the run's date; only those that are due where that is asked."""
    if not if_due:
        return questions(run.as_of)
    return due(ModelStore(run.workspace.models), run.as_of, run.settings.models)


def look_back(run: Run, asked: Sequence[Question]) -> dict[str, QuestionHistory]:
    """See to it that all that can be learnt from at the origin is in the history; by the questions' names."""
    with history_cache(run) as history:
        return history.ensure_trainings(asked)


def fit(run: Run, question: Question, kept: QuestionHistory) -> dict[str, Any]:
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
