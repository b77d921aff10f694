"""The steps of a backtest: look back, train and predict at every origin, measure, put in place."""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mainstay.files import replace_file
from mainstay.report.week import swap_in
from mainstay.report.week_manifest import canonical_json
from mainstay.risk import backtest_files
from mainstay.risk.grades import graded
from mainstay.risk.history import QuestionHistory
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import Rule, predict_all
from mainstay.week.learning import history_cache, trainer_of
from mainstay.week.rules import decline_rule, relocation_rule
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


@dataclass(frozen=True)
class Backtest:
    """What the steps of one backtest share: the run, as the steps of a week know it, and what is asked."""

    run: Run
    question: Question

    @property
    def final(self) -> Path:
        """Where its results go."""
        return self.run.workspace.backtest_of(self.question.name)

    @property
    def written(self) -> Path:
        """The folder in which this backtest writes, beside its final place."""
        return self.final.with_name(f".{self.final.name}-{self.run.run_id}")


def look_back(test: Backtest) -> QuestionHistory:
    """See to it that all that was known at each origin is in the history."""
    with history_cache(test.run) as history:
        return history.ensure(test.question)


def predict(test: Backtest, kept: QuestionHistory) -> list[dict[str, Any]]:
    """Train at every origin, score its cohort, write the predictions; tells of the models."""
    settings, question = test.run.settings, test.question
    rule = Rule(question.target, decline_rule(settings), relocation_rule(settings))
    grade = partial(graded, capacity=settings.orders.visiting_capacity)
    predictions, told = predict_all(kept, trainer_of(question, settings), rule, grade, log=logger.info)
    backtest_files.write_predictions(test.written, predictions)
    return told


def measure(test: Backtest, kept: QuestionHistory, told: list[dict[str, Any]]) -> dict[str, Any]:
    """Compute the metrics from the predictions as written."""
    predictions = backtest_files.read_predictions(test.written)
    capacity = test.run.settings.orders.visiting_capacity
    metrics = backtest_files.described(test.question, kept.judged_as_of, told, predictions, capacity)
    replace_file(test.written / backtest_files.METRICS_NAME, canonical_json(metrics).encode())
    return metrics


def put_in_place(test: Backtest) -> None:
    """Swap the finished folder in, whole."""
    swap_in(test.written, test.final)
