"""What may be learnt from at an origin, and how candidates are judged inside it."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.risk.matrix import TrainingRows
from mainstay.risk.splits import lessons, stable_fold, thin, training_rows, validation
from tests.unit.risk.planted_park import CATALOGUE, decline_odds, features, month_end, outcomes

ORIGINS = [month_end(number) for number in range(1, 13)]
FEATURES = features(ORIGINS, 60)


def rows_at(judged: date, *, horizon: int = 3, include_treated: bool = True) -> TrainingRows:
    known = lessons(outcomes(FEATURES, decline_odds(FEATURES) + 1.5, judged, horizon=horizon), judged)
    return training_rows(FEATURES, known, CATALOGUE, include_treated=include_treated)


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


@given(
    judged=st.dates(date(2015, 3, 1), date(2016, 12, 31)),
    horizon=st.sampled_from([3, 6, 12]),
    early=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_no_training_row_reaches_beyond_what_was_closed(judged: date, horizon: int, *, early: bool) -> None:
    told = outcomes(FEATURES, decline_odds(FEATURES), judged, horizon=horizon)
    # What is told before its window is over, as of registered moves, is not learnt from.
    is_early = pl.lit(early) & pl.col("lesson").is_null() & (pl.col("origin_date") < judged)
    told = told.with_columns(
        lesson=pl.when(is_early).then(pl.col("enterprise_id") < "E0030").otherwise("lesson"),
        lesson_to=pl.when(is_early).then("label_to").otherwise("lesson_to"),
    )
    known = lessons(told, judged)
    assert known.filter(pl.col("label_to").dt.month_end() > judged).height == 0
    assert known["label"].null_count() == 0


@given(judged=st.dates(date(2015, 3, 1), date(2016, 12, 31)), horizon=st.sampled_from([3, 6, 12]))
@settings(max_examples=20, deadline=None)
def test_a_lesson_is_of_months_that_are_settled_and_of_half_of_the_window(judged: date, horizon: int) -> None:
    rows = rows_at(judged, horizon=horizon)
    last_closed = month_of(judged + timedelta(1)) - 1
    assert (rows.label_to <= last_closed - 1).all()
    months = rows.label_to - rows.label_from + 1
    assert (2 * months >= horizon).all()
    assert (months <= horizon).all()


def test_what_is_learnt_is_the_settled_part_with_its_own_base_and_loss() -> None:
    told = outcomes(FEATURES, decline_odds(FEATURES), month_end(8), horizon=6)
    assert lessons(told.with_columns(label=pl.lit(None, pl.Boolean)), month_end(8)).equals(lessons(told, month_end(8)))
    rows = lessons(told, month_end(8)).filter(pl.col("origin_date") == ORIGINS[3])
    assert rows["label_to"].unique().to_list() == [date(2015, 7, 1)]
    halved = rows.join(told, on=["origin_date", "enterprise_id"], suffix="_whole")
    ratio = halved.select(pl.col("base").cast(pl.Float64) / pl.col("base_whole").cast(pl.Float64)).to_series()
    assert ratio.to_list() == pytest.approx([0.5] * 60, abs=1e-3)
    assert (rows["loss"] <= rows["base"]).all()
    assert told.filter(pl.col("origin_date") == ORIGINS[4])["lesson"].null_count() == 60


def test_only_what_was_judged_at_the_day_itself_is_learnt_from() -> None:
    earlier = outcomes(FEATURES, decline_odds(FEATURES), ORIGINS[6])
    assert lessons(earlier, ORIGINS[6]).height > 0
    assert lessons(earlier, ORIGINS[7]).height == 0


def test_an_unknown_lesson_is_left_out_and_is_no_negative() -> None:
    told = outcomes(FEATURES, decline_odds(FEATURES), ORIGINS[-1])
    unknown = pl.col("enterprise_id") == "E0007"
    hidden = told.with_columns(lesson=pl.when(~unknown).then(pl.col("lesson")))
    known = training_rows(FEATURES, lessons(hidden, ORIGINS[-1]), CATALOGUE)
    assert "E0007" not in known.enterprise
    assert len(known) == lessons(told, ORIGINS[-1]).height - 9


def test_an_origin_with_nothing_but_events_teaches_nothing() -> None:
    told = outcomes(FEATURES, decline_odds(FEATURES), ORIGINS[-1])
    first = pl.col("origin_date") == ORIGINS[0]
    only_events = told.with_columns(lesson=pl.when(~first | pl.col("lesson")).then(pl.col("lesson")))
    assert only_events.filter(first)["lesson"].sum() > 0
    assert lessons(only_events, ORIGINS[-1])["origin_date"].min() == ORIGINS[1]


def test_visited_enterprises_are_marked_and_can_be_left_out() -> None:
    everyone, untouched = rows_at(ORIGINS[-1]), rows_at(ORIGINS[-1], include_treated=False)
    assert everyone.treated.sum() > 0
    assert len(untouched) == len(everyone) - everyone.treated.sum()


def test_the_order_of_the_rows_does_not_matter() -> None:
    told = outcomes(FEATURES, decline_odds(FEATURES), ORIGINS[-1])
    mixed = training_rows(
        FEATURES.sample(fraction=1, shuffle=True, seed=3),
        lessons(told.sample(fraction=1, shuffle=True, seed=4), ORIGINS[-1]),
        CATALOGUE,
    )
    plain = training_rows(FEATURES, lessons(told, ORIGINS[-1]), CATALOGUE)
    assert mixed.enterprise.tolist() == plain.enterprise.tolist()
    np.testing.assert_array_equal(mixed.matrix.values, plain.matrix.values)


@pytest.mark.parametrize("horizon", [3, 6])
def test_a_check_out_of_time_learns_only_from_windows_closed_before_it_begins(horizon: int) -> None:
    rows = rows_at(month_end(16), horizon=horizon)
    checks = validation(rows, min_events=20)
    assert checks.kind == "out_of_time"
    for fold in checks.folds:
        assert rows.label_to[fold.train].max() < rows.label_from[fold.valid].min()
    newest = [date.fromordinal(int(rows.origin[fold.valid].max())) for fold in checks.folds][-1]
    assert newest == date.fromordinal(rows.origins[-1])


def test_with_one_origin_enterprises_are_split_and_each_is_predicted_once() -> None:
    rows = rows_at(month_end(4))
    assert len(rows.origins) == 1
    checks = validation(rows, min_events=20)
    assert checks.kind == "by_enterprise"
    assert sorted(np.concatenate([fold.valid for fold in checks.folds]).tolist()) == list(range(len(rows)))


def test_an_enterprise_is_on_one_side_of_a_fold_at_all_origins() -> None:
    rows = rows_at(month_end(6))
    checks = validation(rows, min_events=20)
    assert checks.kind == "by_enterprise"
    for fold in checks.folds:
        assert not set(rows.enterprise[fold.train]) & set(rows.enterprise[fold.valid])


def test_the_fold_of_an_enterprise_never_changes() -> None:
    assert [stable_fold(name, 4) for name in ("E0001", "E0002", "某企业（模拟）")] == [1, 3, 3]


def test_thinning_keeps_whole_enterprises() -> None:
    rows = rows_at(ORIGINS[-1])
    kept = thin(rows, len(rows) // 2)
    assert 0 < len(kept) < len(rows)
    assert len(kept) == 9 * len(set(kept.enterprise.tolist()))
    assert thin(rows, len(rows)) is rows
