"""The notebooks as an analyst runs them: on a park's week, on next to nothing, and while the next week is published."""

import json
import math
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from mainstay import cli, running
from mainstay.risk.backtest_files import described, write_predictions
from mainstay.risk.drift import base_rate_change, drift
from mainstay.risk.origins import Question
from mainstay.risk.store import ModelStore
from mainstay.settings import Workspace
from tests.unit.risk.backtest_samples import many_predictions, prediction, predictions

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MONTH = re.compile(r"_(\d{4})(\d{2})")
A_REQUEST = re.compile(
    r"<script|<link|<iframe|@import|(?:src|href|url)\s*[=(]\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE
)
"""What would make a browser ask the web for something; the names of XML namespaces are no requests."""

MISSING = {
    "01_week_in_figures": ("没有收到控制数", "没有迁出企业登记"),
    "02_drop_lists": ("本周没有榜单", "榜单为空"),
    "03_revenue_and_forecast": ("没有累计与同比", "没有收到汇总统计", "本周没有榜单"),
    "05_risk_and_backtest": (
        "没有企业有等级",
        "没有模型给出的分解",
        "无从回看",
        "mainstay --home 工作区 backtest",
        "无可复算",
    ),
}
"""Notebook -> what it says of a workspace that knows next to nothing."""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, date]:
    """A small simulated park's last two years, a whole base year, one week of it published; and that week's date."""
    workspace, as_of = simulated(tmp_path_factory.mktemp("park"), months=24, only="")
    lay_backtest(workspace)
    return workspace, as_of


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that knows three months of receipts and nothing else: no list, no window, no outbound firm."""
    return simulated(tmp_path_factory.mktemp("bare"), months=3, only="入库")[0]


def simulated(home: Path, *, months: int, only: str) -> tuple[Workspace, date]:
    workspace = Workspace(home)
    with pytest.MonkeyPatch.context() as patch:
        options = ["--enterprises", "30", "--months", str(months)]
        patch.setattr(sys, "argv", ["mainstay", "--home", str(home), "simulate", *options])
        with pytest.raises(SystemExit):
            cli.main()
    cli.logger.handlers.clear()
    ends = {path: month_of(path) for path in workspace.landing.rglob("*") if path.is_file()}
    last = max(month for month in ends.values() if month)
    for path in ends:
        if only not in path.name:
            path.unlink()
    as_of = (last + timedelta(days=31)).replace(day=11)
    assert running.run_week(workspace, as_of)["status"] == "done"
    return workspace, as_of


def lay_backtest(workspace: Workspace) -> None:
    """Results of a backtest of invented firms: two origins by a model, one by rule that has not matured."""
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
    (folder / "metrics.json").write_text(json.dumps(metrics, default=str), "utf-8")


@dataclass(frozen=True)
class Trained:
    """What the stand-in was trained on."""

    events: int = 321


@dataclass(frozen=True)
class StandIn:
    """A model that says the same of everybody: log-odds of -1 + 2 + 0.5 - 0.75."""

    version: str
    training_from: date = date(2020, 1, 31)
    training_to: date = date(2021, 3, 31)
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


def month_of(path: Path) -> date | None:
    found = MONTH.search(path.name)
    return date(int(found[1]), int(found[2]), 1) if found else None


def client_of(path: Path, home: Path, patch: pytest.MonkeyPatch) -> NotebookClient:
    """A client of the notebook with one more cell, which tells the kernel's interpreter."""
    patch.setenv("MAINSTAY_HOME", str(home))
    patch.setenv("IPYTHONDIR", str(home / ".ipython"))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import sys\nprint(sys.executable)"))
    return NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(home)}})


def outputs(notebook: Any) -> Iterator[str]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield from (str(text) for text in output.get("data", {}).values())
            yield output.get("text", "")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_in_git_is_valid_and_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)
    assert notebook.metadata.kernelspec.name == "python3"
    stated = json.loads(path.read_text("utf-8"))
    assert (stated["nbformat"], stated["nbformat_minor"]) == (4, 5)
    assert not A_REQUEST.search(path.read_text("utf-8"))


def test_the_kernel_is_the_one_that_comes_with_the_notebooks_extra() -> None:
    assert "python3" in KernelSpecManager().find_kernel_specs()


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_a_week_offline_and_says_what_is_not_there(
    path: Path, park: tuple[Workspace, date], bare: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, as_of = park
    told = list(outputs(client_of(path, workspace.home, monkeypatch).execute()))
    assert f"{sys.executable}\n" in told
    assert any("模拟数据" in text and str(as_of) in text for text in told)
    assert sum("<svg" in text for text in told) >= 3
    assert any("<table>" in text for text in told)
    assert [text for text in told if A_REQUEST.search(text)] == []

    told = list(outputs(client_of(path, bare.home, monkeypatch).execute()))
    assert all(any(words in text for text in told) for words in MISSING[path.stem])


@pytest.mark.usefixtures("prefect_server")
def test_an_open_notebook_does_not_stop_the_week_and_keeps_its_figures(
    park: tuple[Workspace, date], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, as_of = park
    client = client_of(NOTEBOOKS[1], workspace.home, monkeypatch)
    cells = client.nb.cells
    with client.setup_kernel():
        for number in range(5):
            client.execute_cell(cells[number], number)
        assert running.run_week(workspace, as_of + timedelta(days=7))["status"] == "done"
        for number in range(5, len(cells)):
            client.execute_cell(cells[number], number)
    told = "\n".join(outputs(client.nb))
    assert f"as of {as_of + timedelta(days=7)} was published since" in told


@pytest.mark.usefixtures("prefect_server")
def test_a_model_s_reasons_are_parts_that_add_up_and_a_figure_that_cannot_be_recomputed_is_told(
    park: tuple[Workspace, date], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, week = Workspace(tmp_path / "office"), park[1] + timedelta(days=28)
    shutil.copytree(park[0].home, workspace.home)
    workspace.models.mkdir(exist_ok=True)
    with monkeypatch.context() as patch:
        held = {("decline", 12): "stand-in"}
        patch.setattr(ModelStore, "champion", lambda _, target, horizon, __: held.get((target, horizon)))
        patch.setattr(ModelStore, "shadow", lambda *_: None)
        patch.setattr(ModelStore, "load", lambda *asked, **_: StandIn(asked[3]))
        assert running.run_week(workspace, week)["status"] == "done"
    path = workspace.backtest_of("decline-h6") / "metrics.json"
    metrics = json.loads(path.read_text("utf-8"))
    metrics["origins"][1]["rankings"]["risk"]["at"]["50"]["precision"] = {"worst": 0.001, "best": 0.001}
    path.write_text(json.dumps(metrics), "utf-8")

    told = list(outputs(client_of(FOLDER / "05_risk_and_backtest.ipynb", workspace.home, monkeypatch).execute()))
    chart = next(text for text in told if "对数几率的贡献" in text)
    assert all(word in chart for word in ("收入走势", "申报情况", "变动信号", "推高", "压低"))
    assert any(re.search(r"2\d 个评分逐一相加，与模型的概率最多相差 (0\.0e\+00|\d\.\de-\d\d)", text) for text in told)
    checked = next(text for text in told if "metrics.json 最差" in text)
    assert (checked.count(">一致</td>"), checked.count(">不一致</td>")) == (1, 1)
