"""When models are trained, and what is kept of a training that came to nothing."""

from datetime import date
from pathlib import Path

import pytest

from mainstay.risk.history import QuestionHistory
from mainstay.risk.model import TrainedModel
from mainstay.risk.origins import Question
from mainstay.risk.quarterly import due, questions, train_and_store, training_origin
from mainstay.risk.store import ModelStore
from mainstay.settings import ModelSettings


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        (date(2022, 4, 1), date(2022, 3, 31), date(2022, 3, 31)),
        (date(2022, 5, 30), date(2022, 4, 30), date(2022, 3, 31)),
        (date(2022, 5, 31), date(2022, 5, 31), date(2022, 3, 31)),
        (date(2022, 1, 1), date(2021, 12, 31), date(2021, 12, 31)),
    ],
)
def test_a_training_knows_what_was_known_at_the_end_of_a_month_or_of_a_quarter(
    day: date, month: date, quarter: date
) -> None:
    assert (training_origin(day, of_quarter=False), training_origin(day, of_quarter=True)) == (month, quarter)


def nothing_to_learn_from(*_: object, as_of: date) -> TrainedModel:
    raise AssertionError(as_of)


def test_a_training_without_origins_is_a_refusal_and_waits_for_the_next_quarter(tmp_path: Path) -> None:
    store, origin = ModelStore(tmp_path), date(2022, 3, 31)
    settings = ModelSettings()
    assert due(store, origin, settings) == questions(origin)
    question = Question("decline", 12, (origin,))
    kept = QuestionHistory(question, origin, {origin: ()}, {})
    line = train_and_store(question, kept, nothing_to_learn_from, store, needed=50, shadow_from=origin)
    assert (line["version"], line["events"]) == (None, 0)
    assert line["reason"] == "no origin has half of its window closed"
    assert question not in due(store, origin, settings)
    assert len(due(store, origin, settings)) == 8
    assert Question("decline", 12, (date(2022, 6, 30),)) in due(store, date(2022, 6, 30), settings)


def test_retraining_can_be_switched_off(tmp_path: Path) -> None:
    assert due(ModelStore(tmp_path), date(2022, 3, 31), ModelSettings(retrain="never")) == ()
