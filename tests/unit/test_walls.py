from pathlib import Path

import pytest

from tests import walls

ROOT = Path(__file__).parents[2]


def test_no_file_of_the_project_breaks_a_wall() -> None:
    assert len(walls.python_files(ROOT)) > 5
    assert walls.violations(ROOT) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/mainstay/report/brief.py", "import duckdb"),
        ("src/mainstay/report/brief.py", "from duckdb.typing import INTEGER"),
        ("src/mainstay/report/brief.py", "def late():\n    import duckdb"),
        ("src/mainstay/report/brief.py", "import importlib\nimportlib.import_module('duckdb')"),
        ("src/mainstay/warehouse_tools.py", "import duckdb"),
        ("src/mainstay/cli.py", "from prefect import flow"),
        ("src/mainstay/warehouse/gates.py", "import great_expectations as gx"),
        ("src/mainstay/revenue/cause_amounts.py", "from sklearn.linear_model import LogisticRegression"),
        ("flows/weekly.py", "import great_expectations.core"),
    ],
)
def test_a_library_outside_its_folder_is_found(path: str, source: str) -> None:
    assert len(walls.third_party_violations(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("flows/weekly.py", "from prefect import flow"),
        ("src/mainstay/warehouse/connection.py", "import duckdb"),
        ("src/mainstay/quality/suites.py", "import great_expectations as gx"),
        ("src/mainstay/risk/estimators/linear.py", "from sklearn.linear_model import LogisticRegression"),
        ("src/mainstay/report/brief.py", "import duckdb_like"),
    ],
)
def test_a_library_in_its_own_folder_is_allowed(path: str, source: str) -> None:
    assert walls.third_party_violations(source, path) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/mainstay/orders/selection.py", "from mainstay.risk.scoring import score"),
        ("src/mainstay/orders/selection.py", "import mainstay.risk"),
        ("src/mainstay/orders/selection.py", "from mainstay import risk"),
        ("src/mainstay/orders/selection.py", "from ..risk import scoring"),
        ("src/mainstay/orders/selection.py", "from mainstay.extracts.landing import landed_files"),
        ("src/mainstay/orders/selection.py", "from mainstay.cli import app"),
        ("src/mainstay/settings.py", "from mainstay.orders import selection"),
        ("src/mainstay/orders/selection.py", "from mainstay.week.run import Run"),
    ],
)
def test_a_package_that_imports_the_insides_of_another_is_found(path: str, source: str) -> None:
    assert len(walls.package_violations(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/mainstay/orders/selection.py", "from mainstay.orders.assignment import assign"),
        ("src/mainstay/orders/selection.py", "from .assignment import assign"),
        ("src/mainstay/orders/__init__.py", "from mainstay.orders.assignment import assign"),
        ("src/mainstay/orders/selection.py", "from mainstay.errors import MainstayError"),
        ("src/mainstay/orders/selection.py", "from mainstay import __version__, settings"),
        ("src/mainstay/quality/suites.py", "from mainstay.extracts.contract import Contract"),
        ("src/mainstay/settings.py", "from mainstay.extracts.contract import Contract"),
        ("src/mainstay/cli.py", "from mainstay.orders.selection import select"),
        ("src/mainstay/__init__.py", "from mainstay.warehouse.snapshot import open_snapshot"),
        ("flows/weekly.py", "from mainstay.orders.selection import select"),
        ("src/mainstay/week/building.py", "from mainstay.orders.selection import select"),
        ("src/mainstay/cli.py", "from mainstay.week.run import Run"),
    ],
)
def test_a_package_may_import_itself_and_what_all_share(path: str, source: str) -> None:
    assert walls.package_violations(source, path) == []


@pytest.mark.parametrize(
    "source", ["import polars as pl", "from pandas import DataFrame", "def late():\n    import duckdb"]
)
def test_frames_in_a_flow_are_found(source: str) -> None:
    assert len(walls.flow_violations(source, "flows/weekly.py")) == 1
    assert walls.flow_violations(source, "src/mainstay/report/brief.py") == []


@pytest.mark.parametrize("source", ["from mainstay.running import load_flow", "from flows import weekly"])
def test_a_flow_that_reaches_another_one_is_found(source: str) -> None:
    assert len(walls.flow_violations(source, "flows/backtest.py")) == 1
    assert walls.flow_violations("from .server import start_server", "flows/backtest.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "rows = run('select * from marts.enterprises')",
        "rows = run(f'select * from {relation} where month = 1')",
        "run('''\n  with a as (select 1 from t)\n  select * from a\n''')",
        "run('delete from ops.runs')",
        "run('create table x as select 1')",
    ],
)
@pytest.mark.parametrize("path", ["flows/weekly.py", "src/mainstay/quality/gates.py"])
def test_a_query_outside_the_warehouse_is_found(source: str, path: str) -> None:
    assert len(walls.query_violations(source, path)) == 1
    assert walls.query_violations(source, "src/mainstay/warehouse/batch_metrics.py") == []


@pytest.mark.parametrize(
    "source",
    [
        '"""Weekly: select from the lists, then create the orders."""\nimport mainstay',
        'def build():\n    """Select rows from marts."""',
        "name = 'weekly-2016-09-05'",
        "hint = 'drop the file into landing/, then run again'",
        "text = f'select the {count} largest'",
    ],
)
def test_plain_words_are_no_queries(source: str) -> None:
    assert walls.query_violations(source, "flows/weekly.py") == []


def test_a_violation_in_a_checkout_is_reported_with_file_and_line(tmp_path: Path) -> None:
    planted = tmp_path / "src" / "mainstay" / "report" / "brief.py"
    planted.parent.mkdir(parents=True)
    planted.write_text('"""Brief."""\n\nimport duckdb\n', "utf-8")
    assert walls.violations(tmp_path) == [
        "src/mainstay/report/brief.py:3: duckdb is imported only in src/mainstay/warehouse/"
    ]
