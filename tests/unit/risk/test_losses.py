"""Expected loss: its own model, never negative, never above the base."""

import numpy as np
import pytest

from mainstay.risk.losses import (
    EVENTS_FOR_DIRECT,
    MEAN,
    RECIPES,
    RISK_X_SEVERITY,
    TIE,
    UNKNOWN_SEVERITY,
    ExpectedLoss,
    ShareModel,
    recipes_for,
)
from mainstay.risk.matrix import TrainingRows
from mainstay.risk.race import least_regret
from mainstay.risk.splits import lessons, training_rows
from tests.unit.risk.planted_park import CATALOGUE, decline_odds, features, month_end, outcomes

JUDGED = month_end(8)
FEATURES = features([month_end(1), month_end(2)], 600)


@pytest.fixture(scope="module")
def rows() -> TrainingRows:
    told = outcomes(FEATURES, decline_odds(FEATURES), JUDGED)
    return training_rows(FEATURES, lessons(told, JUDGED), CATALOGUE)


@pytest.fixture(scope="module", autouse=True)
def _few_trees() -> object:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mainstay.risk.losses.MAX_ITER", 30)
        yield


def test_every_recipe_stays_between_nothing_and_the_base(rows: TrainingRows) -> None:
    risk = np.full(len(rows), 0.9)
    for recipe in RECIPES:
        money = ExpectedLoss((recipe,)).fit(rows).money(rows.matrix, risk, is_whole_cohort=True)
        assert (money >= 0).all()
        assert (money <= rows.matrix.base + 1e-6).all()


def test_expected_losses_add_up_to_about_what_was_lost(rows: TrainingRows) -> None:
    fitted = ExpectedLoss(RECIPES).fit(rows)
    for share in fitted.shares(rows.matrix, np.full(len(rows), rows.label.mean())).values():
        assert share.mean() == pytest.approx(rows.loss_share.mean(), rel=0.4)


def test_the_severity_is_what_is_lost_when_it_happens(rows: TrainingRows) -> None:
    certain = ExpectedLoss((RISK_X_SEVERITY,)).fit(rows).shares(rows.matrix, np.ones(len(rows)))[RISK_X_SEVERITY]
    assert certain.mean() == pytest.approx(0.65, abs=0.06)


def test_the_mean_is_of_risk_times_severity_and_of_the_direct_model_by_base(rows: TrainingRows) -> None:
    risk = np.linspace(0, 1, len(rows))
    found = ExpectedLoss(RECIPES).fit(rows).shares(rows.matrix, risk)
    direct = ShareModel(power=1.0).fit(rows).share(rows.matrix)
    np.testing.assert_allclose(found[MEAN], (found[RISK_X_SEVERITY] + direct) / 2)
    assert np.ptp(direct) > 0.1
    alone = ExpectedLoss((MEAN,)).fit(rows).shares(rows.matrix, risk)
    np.testing.assert_array_equal(alone[MEAN], found[MEAN])


def test_the_mean_is_preferred_within_the_regret_of_a_tie() -> None:
    assert RECIPES == (MEAN, RISK_X_SEVERITY)
    assert TIE == 0.03
    assert least_regret({MEAN: [0.029], RISK_X_SEVERITY: [0.0]}, TIE) == MEAN
    assert least_regret({MEAN: [0.031], RISK_X_SEVERITY: [0.0]}, TIE) == RISK_X_SEVERITY


def test_without_any_base_the_severity_is_a_stated_half_and_the_money_unknown(rows: TrainingRows) -> None:
    matrix = type(rows.matrix)(rows.matrix.values, rows.matrix.names, rows.matrix.concepts, np.full(len(rows), np.nan))
    blind = TrainingRows(**(vars(rows) | {"matrix": matrix}))
    fitted = ExpectedLoss((RISK_X_SEVERITY,)).fit(blind)
    assert np.unique(fitted.shares(matrix, np.ones(len(rows)))[RISK_X_SEVERITY]).tolist() == [UNKNOWN_SEVERITY]
    assert np.isnan(fitted.money(matrix, np.ones(len(rows)))).all()


def test_few_events_allow_only_risk_times_severity() -> None:
    assert recipes_for(EVENTS_FOR_DIRECT - 1) == (RISK_X_SEVERITY,)
    assert recipes_for(EVENTS_FOR_DIRECT) == RECIPES


def test_many_losses_move_the_level_and_one_large_one_does_not() -> None:
    many = ExpectedLoss((RISK_X_SEVERITY,), seen_share=0.12, effective_losses=10_000)
    assert many.scale(0.1) == pytest.approx(1.2, rel=0.01)
    one = ExpectedLoss((RISK_X_SEVERITY,), seen_share=0.12, effective_losses=1)
    assert one.scale(0.1) == pytest.approx(1.0, abs=0.01)
    assert many.scale(0.0) == 1.0
    assert many.scale(0.01) == 1.5


def test_the_level_of_a_whole_cohort_is_that_of_the_losses_seen(rows: TrainingRows) -> None:
    fitted = ExpectedLoss((RISK_X_SEVERITY,)).fit(rows)
    assert fitted.seen_share == pytest.approx(rows.loss.sum() / rows.matrix.base.sum())
    assert 1 < fitted.effective_losses < rows.label.sum()
    bold = np.full(len(rows), 1.3 * rows.base_rate)
    whole = fitted.money(rows.matrix, bold, is_whole_cohort=True).sum()
    assert rows.loss.sum() < whole < fitted.money(rows.matrix, bold).sum() or whole == pytest.approx(rows.loss.sum())
