"""Who scores in a week, with a real store and a model that was really trained."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from mainstay.risk.candidates import candidates
from mainstay.risk.model import TrainedModel
from mainstay.risk.model_training import train
from mainstay.risk.prediction_targets import COHORT
from mainstay.risk.roster import week_roster
from mainstay.risk.store import ModelStore
from mainstay.risk.weekly_scores import Roster, WeekInputs, WeekScores, score_week
from mainstay.settings import ModelSettings
from tests.unit.risk.planted_park import CATALOGUE, cohort, decline_odds, features, month_end, outcomes
from tests.unit.risk.scoring_samples import ruled, wording

PARK = features([month_end(1)], 800)
TRAINED, WEEK = month_end(6), month_end(7)


@pytest.fixture(scope="module")
def model() -> Iterator[TrainedModel]:
    """A quick one: the roster does not care who won."""

    def quick(*asked: object, **named: object) -> list[object]:
        return [entrant for entrant in candidates(*asked, **named) if entrant.name == "logistic"]  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mainstay.risk.model_training.candidates", quick)
        patch.setattr("mainstay.risk.model_training.recipes_for", lambda _: ("risk_x_severity",))
        told = outcomes(PARK, decline_odds(PARK), TRAINED)
        found = train(
            PARK,
            told,
            target="decline",
            horizon_months=3,
            as_of=TRAINED,
            catalogue=CATALOGUE,
            settings=ModelSettings(),
        )
        assert isinstance(found, TrainedModel)
        yield found


@pytest.fixture
def store(tmp_path: Path, model: TrainedModel) -> ModelStore:
    made = ModelStore(tmp_path / "models")
    made.save(model, shadow_from=model.trained_as_of)
    return made


def roster(store: ModelStore, catalogue: pl.DataFrame = CATALOGUE) -> Roster:
    return week_roster(store, partial(store.load, catalogue=catalogue), WEEK)


def scored(roster: Roster) -> WeekScores:
    """The park's week; the rule has something to say of one enterprise."""
    there = PARK.with_columns(as_of_date=pl.lit(WEEK))
    judged = cohort(there).match_to_schema(COHORT, missing_columns="insert")
    inputs = WeekInputs(features=there, cohort=judged, wording=wording(), capacity=25)
    rule = ruled("E0000", horizon=3)
    return score_week(rule, roster, inputs)


def test_a_new_model_is_a_shadow_and_an_enabled_one_scores_what_people_see(
    store: ModelStore, model: TrainedModel
) -> None:
    assert [(post.role, post.version) for post in roster(store).posts] == [("shadow", model.version)]
    shadow = scored(roster(store))
    assert set(shadow.scores["basis"]) == {"rule"}
    store.decide("enable", "decline", 3, model.version, by="王某", on=WEEK)
    assert [(post.role, post.version) for post in roster(store).posts] == [("champion", model.version)]
    champion = scored(roster(store))
    assert set(champion.scores["basis"]) == {"model"}
    high = champion.scores.filter(grade="high")
    assert high["reasons"].str.starts_with("模型评分：主要依据为").all()
    assert high["training_events"].unique().to_list() == [model.facts.events]
    assert champion.model_scores.filter(role="champion")["risk"].to_list() == (
        shadow.model_scores.filter(role="shadow")["risk"].to_list()
    )


def test_an_enabled_model_that_does_not_fit_leaves_the_rule_in_charge(store: ModelStore, model: TrainedModel) -> None:
    store.decide("enable", "decline", 3, model.version, by="王某", on=WEEK)
    scores = scored(roster(store, CATALOGUE.head(4)))
    assert set(scores.scores["basis"]) == {"rule"}
    assert [problem.message for problem in scores.problems] == [
        f"champion {model.version}: the model was trained on other features"
    ]


def test_a_store_that_cannot_be_read_is_a_problem_and_not_the_end(store: ModelStore) -> None:
    (store.folder / "decisions.jsonl").write_text("{}\n", "utf-8")
    found = roster(store)
    assert found.posts == ()
    assert {problem.reason for problem in found.problems} == {"a model decision cannot be read"}
    assert set(scored(found).scores["basis"]) == {"rule"}


def test_a_decision_of_a_later_day_changes_nothing_of_the_week(store: ModelStore, model: TrainedModel) -> None:
    store.decide("enable", "decline", 3, model.version, by="王某", on=WEEK + timedelta(days=1))
    assert [post.role for post in roster(store).posts] == ["shadow"]


def test_the_concepts_of_a_trained_model_sum_to_its_calibrated_log_odds(model: TrainedModel) -> None:
    predicted = model.predict(PARK, cohort(PARK))
    sums = pl.col("base_value") + pl.sum_horizontal("^concept_.*$")
    odds = (pl.col("risk") / (1 - pl.col("risk"))).log()
    assert predicted.select((odds - sums).abs().max()).item() < 1e-9
