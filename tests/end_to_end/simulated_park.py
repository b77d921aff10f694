"""A small simulated park and a week of it, as the commands make them; its declines are scored by a stand-in."""

import json
import math
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

import polars as pl
import pytest

from mainstay.risk.backtest_files import described, write_predictions
from mainstay.risk.drift import base_rate_change, drift
from mainstay.risk.origins import Question
from mainstay.risk.store import ModelStore
from mainstay.settings import Workspace
from tests.end_to_end.command_line import typed
from tests.plain_flows import plain_flows
from tests.unit.risk.backtest_samples import many_predictions, prediction, predictions

AS_OF = date(2023, 1, 11)
"""Of two simulated years, a whole base year among them, the last month has just closed."""


def make_park(workspace: Workspace) -> None:
    """Simulate thirty firms, publish a week, lay a backtest beside it; `weekly.json` is what the command printed."""
    assert typed(workspace.home, "simulate", "--enterprises", "30", "--months", "24") == 0
    workspace.models.mkdir(exist_ok=True)
    printed = StringIO()
    with pytest.MonkeyPatch.context() as patch, plain_flows(), redirect_stdout(printed):
        held = {("decline", 12): "stand-in"}
        patch.setattr(ModelStore, "champion", lambda _, target, horizon, __: held.get((target, horizon)))
        patch.setattr(ModelStore, "shadow", lambda *_: None)
        patch.setattr(ModelStore, "load", lambda *asked, **_: StandIn(asked[3]))
        assert typed(workspace.home, "weekly", "--as-of", str(AS_OF), "--json") == 0
    (workspace.home / "weekly.json").write_text(printed.getvalue(), "utf-8")
    lay_backtest(workspace)


@dataclass(frozen=True)
class Trained:
    """What the stand-in was trained on."""

    events: int = 321


@dataclass(frozen=True)
class StandIn:
    """A model that says the same of everybody: log-odds of -1 + 2 + 0.5 - 0.75."""

    version: str
    training_period: str = "2020-01..2021-03"
    facts: Trained = field(default_factory=Trained)

    def predict(self, _: pl.DataFrame, cohort: pl.DataFrame) -> pl.DataFrame:
        said = {"base_value": -1.0, "concept_revenue": 2.0, "concept_filing": 0.5, "concept_signals": -0.75}
        return cohort.filter(target="decline", horizon_months=12).select(
            "as_of_date",
            "enterprise_id",
            risk=pl.lit(1 / (1 + math.exp(-sum(said.values())))),
            expected_loss=pl.lit(1234.5),
            **{name: pl.lit(value) for name, value in said.items()},
        )


def lay_backtest(workspace: Workspace) -> None:
    """Results of a backtest of invented firms: two origins by a model, one by rule that has not matured.

    A figure of the second one is not what the predictions give.
    """
    origins = (date(2022, 1, 31), date(2022, 2, 28), date(2022, 8, 31))
    waiting = prediction("2022-08", "F0001", basis="rule", unknown_reason="not_matured", risk=0.3)
    told = pl.concat([many_predictions(("2022-01", "2022-02"), firms=150), predictions(waiting)])
    few = told.filter(origin="2022-01").head(20)
    lines = {
        "results": {"not enough data": 1},
        "risk": drift(few, few, ["risk"]).row(0, named=True),
        "base_rate": base_rate_change(few["label"], few["label"]).row(0, named=True),
        "shifted": [],
    }
    models = [
        {
            "origin": f"{day:%Y-%m}",
            "basis": "model",
            "training_origins": ["2021-06"],
            "training_events": 60,
            "drift": lines,
        }
        for day in origins[:2]
    ]
    models.append(
        {"origin": "2022-08", "basis": "rule", "training_origins": [], "training_events": 0, "why_no_model": "-"}
    )
    folder = workspace.backtest_of("decline-h6")
    write_predictions(folder, [told])
    metrics = described(Question("decline", 6, origins), date(2022, 10, 11), models, told, capacity=25)
    metrics["origins"][1]["rankings"]["risk"]["at"]["50"]["precision"] = {"worst": 0.001, "best": 0.001}
    (folder / "metrics.json").write_text(json.dumps(metrics, default=str), "utf-8")
