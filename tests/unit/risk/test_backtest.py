"""Predictions at one origin: by a model that learnt from what was known, else by the rule, beside the baselines."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from mainstay.risk.model import NotEnoughEvents
from mainstay.risk.past_predictions import OriginFrames, Rule, Trainer, predict_origin
from mainstay.risk.prediction_targets import OUTCOMES, PREDICTIONS
from tests.unit.risk.backtest_samples import cohort, features, outcomes

ORIGIN, EARLIER = date(2016, 3, 31), date(2015, 8, 31)
IDS = ["A", "B", "C"]
RULE = Rule("decline")


@dataclass
class Facts:
    """Visited enterprises were left out: fewer than were known."""

    origins: tuple[date, ...] = (EARLIER,)
    rows: int = 7
    events: int = 5


@dataclass
class Model:
    """Predicts what a column says."""

    version: str = "model-1"
    facts: Facts = field(default_factory=Facts)

    def predict(self, features: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
        rows = cohort.join(features, on=["as_of_date", "enterprise_id"])
        return rows.select("as_of_date", "enterprise_id", risk="chance", expected_loss=pl.col("chance") * 10)


def never(features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date) -> object:  # noqa: ARG001
    return NotEnoughEvents("decline", 6, as_of, 12, 50, "12 events are known, 50 are needed")


def learnt(features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date) -> object:  # noqa: ARG001
    return Model()


def refused(features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date) -> object:  # noqa: ARG001
    pytest.fail("there is nothing to train on")


def graded(risk: pl.Expr) -> pl.Expr:
    return pl.when(risk >= 0.5).then(pl.lit("high")).otherwise(pl.lit("low"))


def frames(**changes: Any) -> OriginFrames:
    judged = changes.pop("judged", None)
    given = {
        "as_of": ORIGIN,
        "features": features(ORIGIN, IDS, chance=[0.9, 0.2, 0.1]),
        "cohort": cohort(ORIGIN, IDS),
        "rule_inputs": features(ORIGIN, IDS, recent=[50.0, 200.0, 10.0], recent_prior=[100.0, 100.0, 0.0]),
        "past_features": features(EARLIER, IDS, chance=[0.5, 0.5, 0.5]),
        "past_outcomes": outcomes(cohort(EARLIER, IDS), ORIGIN, [True, False, None]),
    } | changes
    if judged is None:
        judged = outcomes(given["cohort"], date(2016, 12, 31), [True, False, None])
    return OriginFrames(judged=judged, **given)


def test_a_model_scores_the_cohort_and_the_outcome_stands_beside_it() -> None:
    rows, told = predict_origin(frames(), learnt, Rule("decline"), graded)
    assert rows.schema == PREDICTIONS
    shown = rows.select("origin", "enterprise_id", "risk", "grade", "expected_loss", "label", "loss", "unknown_reason")
    assert shown.rows() == [
        ("2016-03", "A", 0.9, "high", Decimal("9.00"), True, Decimal("80.00"), None),
        ("2016-03", "B", 0.2, "low", Decimal("2.00"), False, Decimal("0.00"), None),
        ("2016-03", "C", 0.1, "low", Decimal("1.00"), None, None, "successor"),
    ]
    assert rows["basis"].unique().to_list() == ["model"]
    names = ("origin", "basis", "version", "training_origins", "training_rows", "training_events")
    about = {name: told[name] for name in names}
    assert about == {
        "origin": "2016-03",
        "basis": "model",
        "version": "model-1",
        "training_origins": ["2015-08"],
        "training_rows": 7,
        "training_events": 5,
    }


def test_the_trainer_is_given_what_was_known_at_the_origin_and_the_origin() -> None:
    seen: list[tuple[list[date], list[date], date]] = []

    def trainer(features: pl.DataFrame, outcomes: pl.DataFrame, *, as_of: date) -> object:
        seen.append((features["as_of_date"].unique().to_list(), outcomes["as_of_date"].unique().to_list(), as_of))
        return Model()

    predict_origin(frames(), trainer, Rule("decline"), graded)
    assert seen == [([EARLIER], [ORIGIN], ORIGIN)]


def test_below_the_events_for_a_model_the_rule_scores_and_says_why() -> None:
    rows, told = predict_origin(frames(), never, Rule("decline"), graded)
    assert rows.select("enterprise_id", "risk", "grade", "expected_loss", "basis", "model_version").rows() == [
        ("A", 0.5, "high", Decimal("50.00"), "rule", "baseline-drop-x-amount-1"),
        ("B", 0.0, "low", Decimal("0.00"), "rule", "baseline-drop-x-amount-1"),
        ("C", None, None, None, "rule", "baseline-drop-x-amount-1"),
    ]
    assert (told["basis"], told["why_no_model"]) == ("rule", "12 events are known, 50 are needed")


def test_without_an_origin_that_teaches_nothing_is_trained() -> None:
    rows, told = predict_origin(
        frames(past_features=pl.DataFrame(), past_outcomes=OUTCOMES.to_frame()),
        refused,
        Rule("decline"),
        graded,
    )
    assert told["why_no_model"] == "no outcome of an earlier origin was known then"
    assert set(rows["basis"]) == {"rule"}


def test_what_is_not_settled_yet_teaches_nothing_though_it_has_a_label() -> None:
    past = frames().past_outcomes.with_columns(lesson=pl.lit(None, pl.Boolean))
    assert past["label"].null_count() == 1
    rows, told = predict_origin(frames(past_outcomes=past), refused, Rule("decline"), graded)
    assert (told["training_origins"], told["training_rows"], told["training_events"]) == ([], 0, 0)
    assert set(rows["basis"]) == {"rule"}


def test_what_has_not_matured_has_no_label_and_is_predicted_all_the_same() -> None:
    rows, _ = predict_origin(frames(judged=OUTCOMES.to_frame()), learnt, Rule("decline"), graded)
    assert rows.select("risk", "label", "loss", "unknown_reason").rows() == [
        (0.9, None, None, "not_matured"),
        (0.2, None, None, "not_matured"),
        (0.1, None, None, "not_matured"),
    ]


def test_baselines_stand_beside_every_score() -> None:
    rows, _ = predict_origin(frames(), learnt, Rule("decline"), graded)
    names = ("baseline_drop", "baseline_drop_x_amount", "baseline_size", "baseline_signal_points")
    assert rows.select(names).rows() == [
        (0.5, 50.0, 200.0, None),
        (0.0, 0.0, 200.0, None),
        (None, None, 200.0, None),  # nothing to compare with
    ]


def test_leaving_is_scored_by_the_signals_points_where_no_model_is() -> None:
    signals = frames().rule_inputs.with_columns(
        has_sources=pl.lit(value=True), points=pl.Series([4, 12, 0]), is_decisive=pl.Series([False, False, True])
    )
    given = frames(cohort=cohort(ORIGIN, IDS, target="relocation"), rule_inputs=signals)
    rows, _ = predict_origin(given, never, Rule("relocation"), graded)
    assert rows.select("risk", "grade", "expected_loss", "baseline_signal_points", "model_version").rows() == [
        (0.4, "medium", None, 4.0, "rule-signals-1"),
        (1.0, "high", None, 12.0, "rule-signals-1"),
        (1.0, "high", None, 0.0, "rule-signals-1"),
    ]


@pytest.mark.parametrize("trainer", [never, learnt])
def test_a_cohort_of_nobody_is_predicted_to_nobody(trainer: Trainer) -> None:
    rows, told = predict_origin(frames(cohort=cohort(ORIGIN, []), judged=OUTCOMES.to_frame()), trainer, RULE, graded)
    assert (rows.schema, rows.height, told["origin"]) == (PREDICTIONS, 0, "2016-03")


def test_the_order_of_rows_changes_nothing() -> None:
    given = frames()
    turned = OriginFrames(
        **{name: value.reverse() if isinstance(value, pl.DataFrame) else value for name, value in vars(given).items()}
    )
    expected = predict_origin(given, learnt, Rule("decline"), graded)
    assert predict_origin(turned, learnt, Rule("decline"), graded)[0].equals(expected[0])
