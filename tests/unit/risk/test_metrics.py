"""Metrics of a backtest from its predictions: by hand, and recomputed in a few independent lines."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from mainstay.report.backtest_table import backtest_tables
from mainstay.risk.backtest_files import described
from mainstay.risk.backtest_metrics import backtest_metrics, gain_curve
from mainstay.risk.drift import NOT_ENOUGH
from mainstay.risk.flagged import lead_time, stability
from mainstay.risk.groups import by_group
from mainstay.risk.origins import Question
from mainstay.risk.spread import spread
from tests.unit.risk.backtest_samples import many_predictions, prediction, predictions

ORIGINS = ("2016-01", "2016-02", "2016-03")


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return many_predictions(ORIGINS)


@pytest.fixture(scope="module")
def metrics(rows: pl.DataFrame) -> dict[str, Any]:
    return backtest_metrics(rows, capacity=30)


def test_unknown_labels_are_left_out_and_counted_by_reason_never_taken_for_negative() -> None:
    told = backtest_metrics(
        predictions(
            prediction("2016-01", "A", label=True, risk=0.9, expected_loss=Decimal(90)),
            prediction("2016-01", "B", label=None, risk=0.8, expected_loss=Decimal(80), unknown_reason="merged"),
            prediction("2016-01", "C", label=False, risk=0.1, expected_loss=Decimal(10)),
        ),
        capacity=2,
    )["origins"][0]
    assert (told["n"], told["known"], told["unknown"], told["events"]) == (3, 2, {"merged": 1}, 1)
    at = told["rankings"]["risk"]["at"]["2"]
    assert at["precision"] == {"worst": 0.5, "expected": 0.5, "best": 0.5}
    assert at["unknown_in_list"] == 1
    assert told["base_rate"] == 0.5


def test_a_loss_that_is_not_known_is_counted_and_never_taken_for_nothing_lost() -> None:
    rows = predictions(
        prediction("2016-01", "A", label=True, loss=None, risk=0.9, expected_loss=Decimal(90)),
        prediction("2016-01", "B", label=True, risk=0.8, expected_loss=Decimal(80)),
        prediction("2016-01", "C", label=False, loss=None, risk=0.1, expected_loss=Decimal(10)),
    )
    told = backtest_metrics(rows, capacity=1)["origins"][0]
    assert (told["events"], told["loss"], told["loss_unknown"]) == (2, 80, 1)
    at = told["rankings"]["risk"]["at"]["1"]
    assert at["captured_loss"]["expected"] == 1
    assert at["recall"]["expected"] == 0.5
    assert gain_curve(rows, [1]).filter(ranking="risk")["captured"].item() == 1


def test_an_origin_that_has_not_matured_says_so_and_has_no_figures() -> None:
    waiting = prediction("2016-02", "A", risk=0.9, expected_loss=Decimal(1), unknown_reason="not_matured")
    done = prediction("2016-01", "A", label=True, risk=0.9, expected_loss=Decimal(1))
    other = prediction("2016-01", "B", label=False, risk=0.2, expected_loss=Decimal(1))
    told = backtest_metrics(predictions(done, other, waiting), capacity=25)
    first, second = told["origins"]
    assert second["note"] == "not matured"
    assert second["unknown"] == {"not_matured": 1}
    assert "rankings" not in second
    assert first["rankings"]["risk"]["auc"] == 1
    assert told["over_origins"]["model"]["events"] == {"mean": 1, "sd": None, "min": 1, "max": 1, "origins": 1}


def test_an_origin_with_nobody_in_its_cohort_says_so() -> None:
    done = prediction("2016-01", "A", label=True, risk=0.9, expected_loss=Decimal(1))
    question = Question("decline", 6, (date(2016, 1, 31), date(2016, 2, 29)))
    models = [{"origin": "2016-01", "basis": "model"}, {"origin": "2016-02", "basis": "rule"}]
    told = described(question, date(2016, 12, 31), models, predictions(done), 25)
    assert [(origin["origin"], origin["n"], origin.get("note")) for origin in told["origins"]] == [
        ("2016-01", 1, None),
        ("2016-02", 0, "nobody in the cohort"),
    ]
    assert told["note"] == "nobody in the cohort: 2016-02"


def test_a_backtest_of_nobody_at_all_has_origins_and_no_figures() -> None:
    question = Question("decline", 6, (date(2016, 1, 31),))
    models = [{"origin": "2016-01", "basis": "rule", "training_events": 0, "training_origins": []}]
    told = described(question, date(2016, 12, 31), models, predictions(), 25)
    assert [origin["note"] for origin in told["origins"]] == ["nobody in the cohort"]
    assert (told["over_origins"], told["lists"], told["calibration"]) == ({}, {}, None)
    assert [table.row_count for table in backtest_tables(told)] == [1]


def test_a_rules_score_is_no_probability_and_its_means_stand_apart() -> None:
    ruled = [
        prediction("2016-01", one, label=one == "A", risk=risk, expected_loss=Decimal(1), basis="rule")
        for one, risk in (("A", 1.0), ("B", 0.5))
    ]
    modelled = [
        prediction("2016-02", one, label=one == "A", risk=risk, expected_loss=Decimal(1))
        for one, risk in (("A", 0.2), ("B", 0.5))
    ]
    told = backtest_metrics(predictions(*ruled, *modelled), capacity=25)
    assert told["origins"][0]["calibration"] is None
    assert [origin["expected_loss"] for origin in told["origins"]] == [None, 2]
    assert told["origins"][1]["calibration"]["brier"] == pytest.approx((0.64 + 0.25) / 2)
    assert told["over_origins"]["rule"]["rankings"]["risk"]["auc"]["mean"] == 1
    assert told["over_origins"]["model"]["rankings"]["risk"]["auc"]["mean"] == 0


def test_every_ranking_and_every_length_of_list_is_reported(metrics: dict[str, Any]) -> None:
    assert metrics["ks"] == [25, 30, 50, 160]
    for origin in metrics["origins"]:
        assert list(origin["rankings"]) == [
            "risk", "expected_loss", "baseline_drop", "baseline_drop_x_amount", "baseline_size",
        ]  # fmt: skip
        assert all(list(one["at"]) == ["25", "30", "50", "160"] for one in origin["rankings"].values())


@pytest.mark.parametrize("ranking", ["risk", "expected_loss", "baseline_drop"])
def test_rankings_are_recomputed_from_the_predictions(
    rows: pl.DataFrame, metrics: dict[str, Any], ranking: str
) -> None:
    for told in metrics["origins"]:
        known = rows.filter((pl.col("origin") == told["origin"]) & pl.col("label").is_not_null())
        score = known[ranking].cast(pl.Float64).fill_null(-1).to_numpy()
        label, loss = known["label"].to_numpy(), known["loss"].cast(pl.Float64).to_numpy()
        figures = told["rankings"][ranking]
        assert figures["auc"] == pytest.approx(roc_auc_score(label, score))
        assert figures["average_precision"] == pytest.approx(average_precision_score(label, score))
        for k in (25, 30, 50, 160):
            worst = np.lexsort((label, -score))[:k]
            best = np.lexsort((~label, -score))[:k]
            at = figures["at"][str(k)]
            assert at["precision"]["worst"] == pytest.approx(label[worst].mean())
            assert at["precision"]["best"] == pytest.approx(label[best].mean())
            assert at["recall"]["best"] == pytest.approx(label[best].sum() / label.sum())
            most = np.sort(loss)[::-1][:k].sum()
            assert at["captured_loss"]["worst"] == pytest.approx(loss[np.lexsort((loss, -score))[:k]].sum() / most)
            assert at["captured_loss"]["best"] == pytest.approx(loss[np.lexsort((-loss, -score))[:k]].sum() / most)
            assert at["captured_loss"]["worst"] <= at["captured_loss"]["expected"] <= at["captured_loss"]["best"]
        assert told["calibration"]["brier"] == pytest.approx(brier_score_loss(label, known["risk"].to_numpy()))


def test_the_order_of_rows_does_not_matter(rows: pl.DataFrame, metrics: dict[str, Any]) -> None:
    assert backtest_metrics(rows.sample(fraction=1, shuffle=True, seed=1), capacity=30) == metrics


def test_a_list_is_compared_with_that_of_the_origin_before() -> None:
    told = stability(
        predictions(
            *(prediction("2016-01", one, risk=risk) for one, risk in (("A", 0.9), ("B", 0.8), ("C", 0.1))),
            *(prediction("2016-02", one, risk=risk) for one, risk in (("A", 0.1), ("B", 0.8), ("C", 0.9))),
        ),
        "risk",
        2,
    )
    pair = {"origin": "2016-02", "previous": "2016-01", "months": 1, "same_basis": True}
    assert told == [pair | {"overlap": 1, "jaccard": 1 / 3}]


def test_only_neighbouring_lists_of_one_basis_make_the_mean_and_every_distance_is_told() -> None:
    listed = {
        "2015-12": ("A", "rule"), "2016-01": ("A", "model"), "2016-02": ("A", "model"), "2016-03": ("B", "model"),
        "2016-12": ("B", "model"),
    }  # fmt: skip
    rows = [
        prediction(origin, one, basis=basis, risk=0.9 if one == first else 0.1)
        for origin, (first, basis) in listed.items()
        for one in ("A", "B")
    ]
    told = backtest_metrics(predictions(*rows), capacity=1)["lists"]["risk"]["1"]
    assert [(step["months"], step["same_basis"], step["jaccard"]) for step in told["stability"]] == [
        (1, False, 1), (1, True, 1), (1, True, 0), (9, True, 1),
    ]  # fmt: skip
    assert (told["mean_jaccard"], told["mean_jaccard_months"]) == (0.5, 1)


def test_lead_time_runs_from_the_first_list_to_the_first_window_that_was_judged_true() -> None:
    def row(origin: str, one: str, risk: float, *, label: bool) -> dict[str, Any]:
        return prediction(origin, one, risk=risk, label=label)

    told = lead_time(
        predictions(
            # Early is listed in January, and declined from the window of March on: two months.
            row("2016-01", "Early", 0.9, label=False),
            row("2016-02", "Early", 0.9, label=False),
            row("2016-03", "Early", 0.9, label=True),
            # Late had declined when it was first listed; Never is on no list; Sound did not decline.
            row("2016-01", "Late", 0.1, label=True),
            row("2016-02", "Late", 0.95, label=True),
            row("2016-01", "Never", 0.0, label=True),
            row("2016-03", "Sound", 0.1, label=False),
        ),
        "risk",
        1,
    )
    assert told == {
        "declined": 3,
        "flagged": 2,
        "in_time": 1,
        "share_in_time": 1 / 3,
        "median_months": 2,
        "mean_months": 2,
        "bounded": 1,
        "median_months_at_most": 7,
        "mean_months_at_most": 7,
    }


def test_a_lead_has_no_upper_bound_where_the_first_known_window_is_true_already() -> None:
    told = lead_time(
        predictions(
            prediction("2016-01", "A", risk=0.9, label=None, unknown_reason="successor"),
            prediction("2016-02", "A", risk=0.9, label=True),
            prediction("2016-03", "A", risk=0.9, label=True),
        ),
        "risk",
        1,
    )
    assert (told["in_time"], told["median_months"], told["bounded"]) == (1, 1, 0)
    assert (told["median_months_at_most"], told["mean_months_at_most"]) == (None, None)


def test_groups_have_means_over_origins_and_small_ones_are_counted_together(rows: pl.DataFrame) -> None:
    told = by_group(rows, 25)
    assert list(told["size_class"]) == ["large", "small"]
    assert told["size_class"]["large"]["auc"]["origins"] == 3
    known = rows.filter(pl.col("label").is_not_null() & (pl.col("size_class") == "large"))
    aucs = [roc_auc_score(part["label"], part["risk"]) for part in known.partition_by("origin")]
    assert told["size_class"]["large"]["auc"]["mean"] == pytest.approx(np.mean(aucs))
    assert told["zone"][NOT_ENOUGH]["groups"] == 1
    assert "rare" not in told["zone"]
    assert told["industry"] == {}


def test_the_spread_over_origins_is_mean_sd_min_and_max() -> None:
    told = spread([{"a": 1, "b": {"c": None}}, {"a": 3, "b": {"c": 2}}])
    assert told["a"] == {"mean": 2, "sd": pytest.approx(2**0.5), "min": 1, "max": 3, "origins": 2}
    assert told["b"]["c"] == {"mean": 2, "sd": None, "min": 2, "max": 2, "origins": 1}
    assert spread([{"a": None}])["a"] == {"origins": 0}


def test_the_gain_curve_of_the_best_possible_list_is_above_all_others(rows: pl.DataFrame) -> None:
    curve = gain_curve(rows, [25, 50, 400])
    at = curve.pivot("ranking", index="k", values="captured")
    others = [name for name in at.columns if name not in {"k", "best_possible"}]
    assert (at.select(pl.max_horizontal(others) <= pl.col("best_possible") + 1e-12)).to_series().all()
    assert at.filter(k=400).drop("k").row(0) == pytest.approx([1.0] * (len(others) + 1))
