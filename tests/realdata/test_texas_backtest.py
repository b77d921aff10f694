"""A backtest on 24 real extracts: labels against an oracle in plain Python, ranks against the baselines."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mainstay.risk.origins import read_question
from mainstay.running import run_backtest
from mainstay.settings import Workspace
from tests.realdata import oracle

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]
MakeWorkspace = Callable[[list[Path]], Workspace]
ORIGIN, NEWEST = date(2015, 11, 30), date(2016, 8, 31)
BASE_MONTHS, LABEL_MONTHS = ("2014-11", "2014-12", "2015-01"), ("2015-11", "2015-12", "2016-01")


@pytest.fixture(scope="module")
def folder(texas_extracts: list[Path], texas_workspace: MakeWorkspace) -> Path:
    """Three months ahead: from the first origin, where no outcome was known, and from the first with a model."""
    workspace = texas_workspace(texas_extracts)
    question = read_question("decline", 3, "2015-08,2015-11", NEWEST)
    run_backtest(workspace, question)
    return workspace.backtest_of(question.name)


@pytest.fixture(scope="module")
def metrics(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "metrics.json").read_text("utf-8"))
    return told


@pytest.fixture(scope="module")
def predictions(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "predictions.parquet")


def test_bases_amounts_and_labels_are_the_oracles(texas_extracts: list[Path], predictions: pl.DataFrame) -> None:
    truth = oracle.read_extracts(texas_extracts[0].parent)
    then, now = (oracle.as_known(truth, day, oracle.Rules()) for day in (ORIGIN, NEWEST))
    rows = predictions.filter(origin="2015-11")
    assert rows.height > 5000
    for who, base, actual, label, reason in rows.select(
        "enterprise_id", "base", "actual", "label", "unknown_reason"
    ).iter_rows():
        assert base == sum(then.get((who, month), Decimal(0)) for month in BASE_MONTHS)
        assert actual == sum(now.get((who, month), Decimal(0)) for month in LABEL_MONTHS)
        assert label is None or label == (actual < base * Decimal("0.7"))
        assert (label is None) == (reason is not None)
    assert set(rows["unknown_reason"].drop_nulls()) <= {"successor", "merged"}


def test_each_origin_says_what_it_was_scored_by(metrics: dict[str, Any]) -> None:
    assert [model["training_origins"] for model in metrics["models"]] == [[], ["2015-08"]]
    assert [model["basis"] for model in metrics["models"]] == ["rule", "model"]


def test_the_model_ranks_better_than_every_baseline(metrics: dict[str, Any]) -> None:
    rankings = metrics["origins"][1]["rankings"]
    baselines = [figures for name, figures in rankings.items() if name.startswith("baseline")]
    assert all(rankings["risk"]["auc"] > baseline["auc"] for baseline in baselines)
    assert all(rankings["risk"]["average_precision"] > baseline["average_precision"] for baseline in baselines)
    money = [figures["at"]["160"]["captured_loss"]["expected"] for figures in (rankings["expected_loss"], *baselines)]
    assert money[0] == max(money)
