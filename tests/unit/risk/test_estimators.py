"""Estimators: their parts add up exactly, planted effects come back, priors hold where there is nothing to learn."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from mainstay.risk.candidates import signal_priors
from mainstay.risk.estimators.boosting import ConceptBoosting, min_samples_leaf
from mainstay.risk.estimators.hazard import LeavingHazard, SignalPrior
from mainstay.risk.estimators.logistic import RegularisedLogistic
from mainstay.risk.estimators.newton import map_logistic
from mainstay.risk.estimators.rankers import Ranker, share_lost
from mainstay.risk.matrix import FeatureMatrix, TrainingRows
from mainstay.risk.splits import lessons, training_rows
from tests.unit.risk.planted_park import CATALOGUE, SIGNALS, decline_odds, features, month_end, move_odds, outcomes

ORIGINS = [month_end(number) for number in (1, 2, 3, 4)]
FEATURES = features(ORIGINS, 500)
JUDGED = month_end(12)
PRIORS = signal_priors(CATALOGUE, SIGNALS)


def rows_of(target: str, seed: int = 2) -> TrainingRows:
    odds = decline_odds(FEATURES) if target == "decline" else move_odds(FEATURES)
    return training_rows(FEATURES, lessons(outcomes(FEATURES, odds, JUDGED, seed=seed), JUDGED), CATALOGUE)


DECLINE, MOVES = rows_of("decline"), rows_of("relocation")
UNSEEN = DECLINE.matrix.take(np.arange(0, len(DECLINE), 7))

ESTIMATORS = [
    Ranker("size"),
    Ranker("drop"),
    Ranker("drop_x_amount"),
    Ranker("signal_points"),
    RegularisedLogistic(),
    ConceptBoosting(max_iter=30),
    LeavingHazard(6, PRIORS),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: estimator.name)
def test_contributions_and_base_value_add_up_to_the_raw_score(estimator: Any) -> None:
    fitted = estimator.fit(DECLINE)
    parts = fitted.contributions(UNSEEN)
    assert set(parts) <= set(CATALOGUE["concept"])
    np.testing.assert_allclose(fitted.base_value + sum(parts.values()), fitted.raw(UNSEEN), rtol=0, atol=1e-9)
    assert np.ptp(fitted.raw(UNSEEN)) > 0


@pytest.mark.parametrize("estimator", [RegularisedLogistic(), ConceptBoosting(max_iter=30)], ids=["logistic", "trees"])
def test_a_planted_effect_comes_back_in_its_own_concept(estimator: Any) -> None:
    parts = estimator.fit(DECLINE).contributions(DECLINE.matrix)
    spread = {concept: float(np.std(part)) for concept, part in parts.items()}
    assert sorted(spread, key=spread.__getitem__)[-2:] == ["filing", "gaps"]
    zero_months = DECLINE.matrix.column("zero_months")
    assert parts["gaps"][zero_months >= 1].mean() - parts["gaps"][zero_months == 0].mean() > 0.5


@pytest.mark.parametrize("estimator", [RegularisedLogistic(), ConceptBoosting()], ids=["logistic", "trees"])
def test_a_model_ranks_new_enterprises_nearly_as_well_as_the_planted_odds(estimator: Any) -> None:
    later = features([month_end(9)], 1500, seed=8)
    fresh = training_rows(later, lessons(outcomes(later, decline_odds(later), JUDGED, seed=9), JUDGED), CATALOGUE)
    best = roc_auc_score(fresh.label, decline_odds(later.sort("enterprise_id")))
    assert roc_auc_score(fresh.label, estimator.fit(DECLINE).raw(fresh.matrix)) > best - 0.05


def test_columns_without_two_values_are_left_out_and_may_have_values_later() -> None:
    fitted = ConceptBoosting(max_iter=5).fit(DECLINE)
    changed = UNSEEN.values.copy()
    for name in ("never_known", "always_one"):
        changed[:, UNSEEN.names.index(name)] = 7.0
    later = FeatureMatrix(changed, UNSEEN.names, UNSEEN.concepts, UNSEEN.base)
    np.testing.assert_array_equal(fitted.raw(later), fitted.raw(UNSEEN))
    assert "operations" not in fitted.contributions(later)


def test_a_feature_that_is_known_in_training_may_be_unknown_later() -> None:
    unknown = FeatureMatrix(np.full_like(UNSEEN.values, np.nan), UNSEEN.names, UNSEEN.concepts, UNSEEN.base)
    for estimator in (RegularisedLogistic(), ConceptBoosting(max_iter=5), LeavingHazard(3, PRIORS)):
        assert np.isfinite(estimator.fit(DECLINE).raw(unknown)).all()


def test_a_leaf_holds_fewer_rows_where_events_are_few() -> None:
    assert [min_samples_leaf(events) for events in (10, 100, 1_000)] == [10, 20, 40]


def test_newton_finds_the_weights_that_made_the_labels() -> None:
    drawn = np.random.default_rng(5)
    design = np.column_stack([np.ones(40_000), drawn.normal(size=40_000)])
    label = drawn.random(40_000) < 1 / (1 + np.exp(-design @ np.array([-1.0, 0.7])))
    found = map_logistic(design, label.astype(float), np.ones(40_000), mean=np.zeros(2), precision=np.full(2, 1e-6))
    np.testing.assert_allclose(found, [-1.0, 0.7], atol=0.05)


def test_a_strong_prior_holds_the_weights() -> None:
    design = np.ones((10, 1))
    found = map_logistic(design, np.ones(10), np.ones(10), mean=np.array([-2.0]), precision=np.array([1e9]))
    np.testing.assert_allclose(found, [-2.0], atol=1e-6)


def test_the_drop_is_told_from_the_change() -> None:
    change = np.array([-1.0, -1 / 3, 0.0, 0.5])
    np.testing.assert_allclose(share_lost(change), [1.0, 0.5, 0.0, 0.0])


# --- the hazard of leaving -------------------------------------------------------------------------------------------


def without_events(rows: TrainingRows) -> TrainingRows:
    return TrainingRows(**(vars(rows) | {"label": np.zeros(len(rows), dtype=bool)}))


def test_without_any_event_the_hazard_is_the_prior_exactly() -> None:
    fitted = LeavingHazard(6, PRIORS).fit(without_events(MOVES))
    np.testing.assert_array_equal(fitted.weights, fitted.prior)
    assert fitted.prior[1:].tolist() == [2.5, 1.0]


def test_a_sign_that_events_confirm_outgrows_its_prior_and_one_they_deny_shrinks() -> None:
    fitted = LeavingHazard(3, PRIORS).fit(MOVES)
    assert MOVES.events > 60
    assert fitted.weights[1] > 3.0
    assert fitted.weights[2] < 0.7


def test_the_base_rate_is_fitted() -> None:
    fitted = LeavingHazard(3, PRIORS).fit(MOVES)
    quiet = FeatureMatrix(np.zeros((1, len(UNSEEN.names))), UNSEEN.names, UNSEEN.concepts, np.ones(1))
    chance = 1 / (1 + np.exp(-fitted.raw(quiet)[0]))
    # Monthly origins see one leaving in up to three windows; weights count it once, the rate stays that of a window.
    no_sign = (MOVES.matrix.column(PRIORS[0].feature) == 0) & (MOVES.matrix.column(PRIORS[1].feature) == 0)
    assert chance == pytest.approx(MOVES.label[no_sign].mean(), abs=0.01)


def test_a_sign_counts_in_the_months_of_its_lead_only() -> None:
    sign = SignalPrior("signal", 5.0, 2, 4)
    held = FeatureMatrix(np.array([[1.0], [0.0]]), ("signal",), ("signals",), np.ones(2))
    ages = sign.ages(held)
    assert [sign.covers(ages, lead).tolist() for lead in (1, 2, 4, 5)] == [[0, 0], [1, 0], [1, 0], [0, 0]]


def test_an_older_sign_has_less_lead_left() -> None:
    sign = SignalPrior("age", 5.0, 2, 4, is_age=True)
    held = FeatureMatrix(np.array([[0.0], [3.0], [np.nan]]), ("age",), ("signals",), np.ones(3))
    ages = sign.ages(held)
    assert [sign.covers(ages, lead).tolist() for lead in (1, 2, 4)] == [[0, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_the_chance_to_leave_grows_with_the_horizon() -> None:
    raws = [LeavingHazard(months, PRIORS).fit(without_events(MOVES)).raw(UNSEEN) for months in (3, 6, 12)]
    assert (raws[0] < raws[1]).all()
    assert (raws[1] < raws[2]).all()


def test_only_signals_that_a_feature_holds_have_a_prior() -> None:
    assert [(prior.feature, prior.points) for prior in PRIORS] == [
        ("address_change_filed", 5.0),
        ("controller_changed", 2.0),
    ]
    assert signal_priors(CATALOGUE, None) == ()


def test_the_age_of_a_sign_says_more_than_that_it_holds() -> None:
    named = ["lease_ends", "lease_ends_months"]
    found = signal_priors(CATALOGUE.head(2).with_columns(feature=pl.Series(named)), SIGNALS)
    assert [(prior.feature, prior.is_age) for prior in found] == [("lease_ends_months", True)]


def test_origins_are_days_and_windows_months() -> None:
    assert date.fromordinal(DECLINE.origins[0]) == ORIGINS[0]
    assert DECLINE.label_from[0] == 2015 * 12 + 1
    assert DECLINE.label_to[0] == 2015 * 12 + 3
