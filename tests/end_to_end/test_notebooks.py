"""The notebooks as an analyst runs them: on a park's week, on next to nothing, and while the next week is published."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from mainstay import cli, running
from mainstay.settings import Workspace

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
}
"""Notebook -> what it says of a workspace that knows next to nothing."""


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, date]:
    """A small simulated park's last two years, a whole base year, one week of it published; and that week's date."""
    return simulated(tmp_path_factory.mktemp("park"), months=24, only="")


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
