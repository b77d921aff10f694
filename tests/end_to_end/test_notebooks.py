"""The notebooks as an analyst runs them: on a park's week, on next to nothing, and while the next week is published."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

from mainstay.running import run_week
from mainstay.settings import Workspace
from tests.end_to_end.simulated_park import AS_OF
from tests.end_to_end.small_office import APRIL, NEXT, office

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
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


pytestmark = pytest.mark.usefixtures("without_prefect")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that knows three months of receipts and nothing else: no list, no window, no outbound firm."""
    made = office(tmp_path_factory.mktemp("bare") / "office")
    for path in sorted(made.landing.iterdir())[:-3]:
        path.unlink()
    assert run_week(made, APRIL)["status"] == "done"
    return made


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotebookClient]:
    """One kernel for all notebooks: what takes long is to start one, and to import polars."""
    home = tmp_path_factory.mktemp("kernel")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(home / ".ipython"))
        client = NotebookClient(
            nbformat.v4.new_notebook(), timeout=60, kernel_name="python3", resources={"metadata": {"path": str(home)}}
        )
        with client.setup_kernel():
            yield client


def opened(kernel: NotebookClient, path: Path, home: Path) -> Any:
    """A notebook in a kernel that knows nothing of the one before; its last cell tells the kernel's interpreter."""
    start = f"%reset -f\nimport os\nos.environ['MAINSTAY_HOME'] = {str(home)!r}\n%cd -q {home}\n%reset -f"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(start))
    notebook.cells.append(nbformat.v4.new_code_cell("import sys\nprint(sys.executable)"))
    kernel.nb = notebook
    kernel.reset_execution_trackers()
    return notebook


def execute(kernel: NotebookClient, notebook: Any, numbers: range) -> None:
    for number in numbers:
        kernel.execute_cell(notebook.cells[number], number)


@pytest.fixture(scope="module")
def shown(kernel: NotebookClient) -> Callable[[Path, Path], list[str]]:
    """What a notebook shows of a workspace."""

    @cache
    def show(path: Path, home: Path) -> list[str]:
        notebook = opened(kernel, path, home)
        execute(kernel, notebook, range(len(notebook.cells)))
        return list(outputs(notebook))

    return show


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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_a_week_offline_and_says_what_is_not_there(
    path: Path, park: Workspace, bare: Workspace, shown: Callable[[Path, Path], list[str]]
) -> None:
    told = shown(path, park.home)
    assert f"{sys.executable}\n" in told
    assert any("模拟数据" in text and str(AS_OF) in text for text in told)
    assert sum("<svg" in text for text in told) >= 3
    assert any("<table>" in text for text in told)
    assert [text for text in told if A_REQUEST.search(text)] == []

    told = shown(path, bare.home)
    assert all(any(words in text for text in told) for words in MISSING[path.stem])


def test_an_open_notebook_does_not_stop_the_week_and_keeps_its_figures(
    after_april: Workspace, kernel: NotebookClient
) -> None:
    notebook = opened(kernel, NOTEBOOKS[1], after_april.home)
    execute(kernel, notebook, range(6))
    assert run_week(after_april, NEXT)["status"] == "done"
    execute(kernel, notebook, range(6, len(notebook.cells)))
    told = "\n".join(outputs(notebook))
    assert f"as of {NEXT} was published since" in told


def test_a_model_s_reasons_are_parts_that_add_up_and_a_figure_that_cannot_be_recomputed_is_told(
    park: Workspace, shown: Callable[[Path, Path], list[str]]
) -> None:
    told = shown(FOLDER / "05_risk_and_backtest.ipynb", park.home)
    chart = next(text for text in told if "对数几率的贡献" in text)
    assert all(word in chart for word in ("收入走势", "申报情况", "变动信号", "推高", "压低"))
    assert any(re.search(r"2\d 个评分逐一相加，与模型的概率最多相差 (0\.0e\+00|\d\.\de-\d\d)", text) for text in told)
    checked = next(text for text in told if "metrics.json 最差" in text)
    assert (checked.count(">一致</td>"), checked.count(">不一致</td>")) == (1, 1)
