"""Training: what a model learns, when nothing is fitted, and that the same data give the same model."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from mainstay.errors import MainstayError
from mainstay.risk.candidates import Candidate, candidates
from mainstay.risk.estimators.boosting import ConceptBoosting
from mainstay.risk.model import NotEnoughEvents, TrainedModel
from mainstay.risk.model_training import age_weights, train
from mainstay.settings import ModelSettings
from tests.unit.risk.planted_park import (
    CATALOGUE,
    SIGNALS,
    cohort,
    decline_odds,
    features,
    month_end,
    move_odds,
    outcomes,
)

ORIGINS = [month_end(number) for number in range(1, 8)]
FEATURES = features(ORIGINS, 400)
JUDGED = month_end(10)
NOW = features([JUDGED], 400, seed=5)
SETTINGS = ModelSettings()


@pytest.fixture(scope="module", autouse=True)
def _few_trees() -> Iterator[None]:
    """What is tested here does not need two hundred trees."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mainstay.risk.candidates.ConceptBoosting", partial(ConceptBoosting, max_iter=20))
        patched.setattr("mainstay.risk.losses.MAX_ITER", 20)
        yield


def trained_on(rows: pl.DataFrame, told: pl.DataFrame, **changed: Any) -> TrainedModel | NotEnoughEvents:
    asked = {
        "target": "decline",
        "horizon_months": 3,
        "as_of": JUDGED,
        "catalogue": CATALOGUE,
        "settings": SETTINGS,
        "signals": SIGNALS,
    }
    return train(rows, told, **(asked | changed))


def a_model(rows: pl.DataFrame, told: pl.DataFrame, **changed: Any) -> TrainedModel:
    found = trained_on(rows, told, **changed)
    assert isinstance(found, TrainedModel)
    return found


@pytest.fixture(scope="module")
def declines() -> pl.DataFrame:
    return outcomes(FEATURES, decline_odds(FEATURES), JUDGED)


@pytest.fixture(scope="module")
def model(declines: pl.DataFrame, _few_trees: None) -> TrainedModel:
    return a_model(FEATURES, declines)


def test_planted_declines_are_ranked_and_calibrated(model: TrainedModel) -> None:
    predicted = model.predict(NOW, cohort(NOW))
    true_chance = 1 / (1 + np.exp(-decline_odds(NOW.sort("enterprise_id"))))
    assert np.corrcoef(predicted["risk"], true_chance)[0, 1] > 0.8
    assert predicted["risk"].mean() == pytest.approx(true_chance.mean(), abs=0.02)
    assert model.facts.metrics["ece"] < 0.03


def test_a_model_says_what_it_was_trained_on(model: TrainedModel, declines: pl.DataFrame) -> None:
    known = declines.filter(pl.col("lesson").is_not_null())
    assert model.facts.origins == tuple(ORIGINS)
    assert model.training_period == f"{ORIGINS[0]:%Y-%m}..{ORIGINS[-1]:%Y-%m}"
    assert model.facts.rows == known.height
    assert model.facts.event_rows == known["lesson"].sum()
    assert model.facts.events == known.filter("lesson")["enterprise_id"].n_unique()
    assert model.facts.treated_rows == known["treated"].sum() > 0
    assert model.facts.validation == "out_of_time"
    assert model.catalogue["feature"].to_list() == CATALOGUE["feature"].to_list()
    assert model.version.startswith("2015-10-31-")


def test_all_candidates_ran_and_one_was_chosen(model: TrainedModel) -> None:
    ran = {row["candidate"]: row["is_chosen"] for row in model.facts.risk_race}
    assert list(ran) == ["size", "drop", "drop_x_amount", "logistic", "boosting"]
    assert [name for name, chosen in ran.items() if chosen] == [model.estimator.name]
    assert model.estimator.name in {"logistic", "boosting"}
    assert [row["candidate"] for row in model.facts.loss_race if row["is_chosen"]] == list(model.losses.recipes)


def test_the_log_odds_of_a_risk_are_base_value_and_concepts(model: TrainedModel) -> None:
    predicted = model.predict(NOW, cohort(NOW))
    parts = predicted.select(pl.sum_horizontal("base_value", "^concept_.*$")).to_series().to_numpy()
    risk = predicted["risk"].to_numpy()
    np.testing.assert_allclose(np.log(risk / (1 - risk)), parts, atol=1e-9)
    assert {name for name in predicted.columns if name.startswith("concept_")} == {
        f"concept_{concept}" for concept in CATALOGUE["concept"]
    }


def test_an_expected_loss_is_within_the_base_and_null_without_one(model: TrainedModel) -> None:
    asked = cohort(NOW).with_columns(base=pl.when(pl.col("enterprise_id") != "E0003").then("base"))
    predicted = model.predict(NOW, asked).join(asked, on=["as_of_date", "enterprise_id"])
    known = predicted.filter(pl.col("base").is_not_null())
    assert known["expected_loss"].dtype == pl.Decimal(18, 2)
    assert known.select((pl.col("expected_loss") >= 0).all() & (pl.col("expected_loss") <= pl.col("base")).all()).item()
    assert predicted.filter(pl.col("base").is_null()).select("enterprise_id", "expected_loss").rows() == [
        ("E0003", None)
    ]


def test_expected_losses_follow_the_losses_seen(model: TrainedModel) -> None:
    assert model.facts.metrics["expected_over_seen_loss"] == pytest.approx(1, abs=0.5)


def test_the_same_data_in_any_order_give_the_same_bytes(declines: pl.DataFrame, model: TrainedModel) -> None:
    again = a_model(
        FEATURES.sample(fraction=1, shuffle=True, seed=1), declines.sample(fraction=1, shuffle=True, seed=2)
    )
    assert again.version == model.version
    first = model.predict(NOW, cohort(NOW))
    mixed = NOW.sample(fraction=1, shuffle=True, seed=3)
    assert again.predict(mixed, cohort(mixed)).write_ipc(None).getvalue() == first.write_ipc(None).getvalue()


def test_other_data_give_another_version(declines: pl.DataFrame, model: TrainedModel) -> None:
    changed = FEATURES.with_columns(zero_months=pl.col("zero_months") + 1)
    assert a_model(changed, declines).version != model.version


def test_the_level_of_a_whole_cohort_is_the_newest_origins_rate_though_the_features_drifted(
    model: TrainedModel, declines: pl.DataFrame
) -> None:
    """Every firm has one zero month more: the score moves, nobody knows yet that more of them decline."""
    later = NOW.with_columns(zero_months=pl.col("zero_months") + 1)
    taught = declines.filter(pl.col("lesson").is_not_null())
    newest = taught.filter(pl.col("origin_date").is_in(taught["origin_date"].unique().sort()[-3:].implode()))
    assert model.predict(later, cohort(later))["risk"].mean() == pytest.approx(newest["lesson"].mean(), abs=1e-6)
    few = later.head(60)
    assert model.predict(few, cohort(few))["risk"].mean() > 2 * model.facts.base_rate


def test_the_level_is_that_of_the_origins_that_count(monkeypatch: pytest.MonkeyPatch) -> None:
    def only(name: str) -> Callable[..., list[Candidate]]:
        return lambda *asked, **named: [one for one in candidates(*asked, **named) if one.name == name]

    monkeypatch.setattr("mainstay.risk.model_training.candidates", only("logistic"))
    monkeypatch.setattr("mainstay.risk.model_training.recipes_for", lambda _: ("mean",))
    monkeypatch.setattr("mainstay.risk.model_training._WORTH_WEIGHING", -1.0)
    origins = [month_end(number) for number in range(1, 25)]
    rows = features(origins, 250)
    easing = np.where(rows["as_of_date"].to_numpy() < np.datetime64(month_end(13)), 2.5, 0.5)
    judged = month_end(27)
    told = outcomes(rows, decline_odds(rows) + easing, judged)
    model = a_model(rows, told, as_of=judged)
    assert model.facts.half_life_months == 12
    learnt = told.filter(pl.col("lesson").is_not_null())
    age = (learnt["origin_date"].max() - learnt["origin_date"]).dt.total_days().to_numpy() / 30.44  # type: ignore[operator]
    recent = np.average(learnt["lesson"], weights=0.5 ** (age / 12))
    assert recent < model.facts.base_rate - 0.05
    now = features([judged], 250, seed=5)
    newest = learnt.filter(pl.col("origin_date").is_in(learnt["origin_date"].unique().sort()[-3:].implode()))
    eased = np.average(newest["lesson"], weights=0.5 ** (age[-newest.height :] / 12))
    assert eased < recent - 0.02
    assert model.predict(now, cohort(now))["risk"].mean() == pytest.approx(eased, abs=1e-6)
    part = now.head(99)
    assert model.predict(part, cohort(part))["risk"].mean() == pytest.approx(recent, abs=0.05)


def test_shuffled_labels_fall_to_the_base_rate(declines: pl.DataFrame, model: TrainedModel) -> None:
    known = declines.filter(pl.col("lesson").is_not_null())
    shuffled = known.with_columns(pl.col("lesson", "lesson_loss").shuffle(seed=4).over("origin_date"))
    predicted = a_model(FEATURES, shuffled).predict(NOW, cohort(NOW))
    rate = known["lesson"].mean()
    assert predicted["risk"].mean() == pytest.approx(rate, abs=0.02)
    assert predicted["risk"].std() < model.predict(NOW, cohort(NOW))["risk"].std() / 2


def test_what_is_judged_later_changes_nothing(declines: pl.DataFrame, model: TrainedModel) -> None:
    later = outcomes(FEATURES, -decline_odds(FEATURES), month_end(12))
    assert a_model(FEATURES, pl.concat([declines, later])).version == model.version


def test_with_too_few_events_nothing_is_fitted_and_the_count_is_told() -> None:
    few = outcomes(FEATURES, np.full(FEATURES.height, -5.2), JUDGED)
    events = few.filter("lesson")["enterprise_id"].n_unique()
    refused = trained_on(FEATURES, few)
    assert 0 < events < 50
    assert isinstance(refused, NotEnoughEvents)
    assert (refused.events, refused.needed) == (events, 50)
    assert refused.reason == f"{events} events are known, 50 are needed"


def test_without_any_outcome_nothing_is_fitted() -> None:
    refused = trained_on(FEATURES, outcomes(FEATURES, decline_odds(FEATURES), ORIGINS[0]), as_of=ORIGINS[0])
    assert isinstance(refused, NotEnoughEvents)
    assert refused.events == 0


def moves(shift: float) -> pl.DataFrame:
    return outcomes(FEATURES, move_odds(FEATURES) + shift, JUDGED, target="relocation")


@pytest.mark.parametrize(
    ("shift", "least", "most", "names"),
    [(-2.3, 5, 29, {"hazard"}), (0.5, 60, 400, {"size", "signal_points", "logistic", "hazard", "boosting"})],
)
def test_with_few_moves_only_the_prior_runs(shift: float, least: int, most: int, names: set[str]) -> None:
    found = a_model(FEATURES, moves(shift), target="relocation")
    assert least <= found.facts.events <= most
    assert {row["candidate"] for row in found.facts.risk_race} == names


def test_fewer_than_five_moves_or_no_signals_leave_it_to_the_rule() -> None:
    none = trained_on(FEATURES, moves(-9), target="relocation")
    assert isinstance(none, NotEnoughEvents)
    assert none.needed == 5
    no_signals = trained_on(FEATURES, moves(-2.3), target="relocation", signals=None)
    assert isinstance(no_signals, NotEnoughEvents)
    assert no_signals.needed == 30


def test_visited_enterprises_are_left_out_where_the_settings_say_so(declines: pl.DataFrame) -> None:
    told = declines.with_columns(treated=pl.col("enterprise_id") < "E0200")
    found = a_model(FEATURES, told, settings=ModelSettings(include_treated=False))
    assert found.facts.rows == told.filter(pl.col("lesson").is_not_null() & ~pl.col("treated")).height
    assert not found.facts.treated_included


def test_one_origin_is_enough_when_enterprises_are_split() -> None:
    one = features([month_end(1)], 700)
    found = a_model(one, outcomes(one, decline_odds(one), JUDGED))
    assert found.facts.validation == "by_enterprise"
    assert found.facts.metrics["validated_rows"] == 700


def test_scoring_without_a_feature_is_refused(model: TrainedModel) -> None:
    with pytest.raises(MainstayError, match="features that the model needs are missing"):
        model.predict(NOW.drop("yoy_3"), cohort(NOW))


def test_other_targets_and_horizons_of_a_cohort_are_passed_over(model: TrainedModel) -> None:
    others = pl.concat([cohort(NOW, horizon=6), cohort(NOW, target="relocation")])
    nobody = model.predict(NOW, others)
    assert nobody.height == 0
    assert nobody.schema == model.predict(NOW, cohort(NOW)).schema


def test_weights_halve_with_age_and_keep_their_mean(declines: pl.DataFrame) -> None:
    from mainstay.risk.splits import lessons, training_rows

    rows = training_rows(FEATURES, lessons(declines, JUDGED), CATALOGUE)
    weight = age_weights(rows, 6)
    assert weight.mean() == pytest.approx(1)
    assert weight[0] / weight[-1] == pytest.approx(0.5, abs=0.01)
    assert (age_weights(rows, None) == 1).all()
