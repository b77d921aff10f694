"""Fixtures of the SQL tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.warehouse import ledger
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty office."""
    with Warehouse(tmp_path / "warehouse.duckdb", candidate=tmp_path / "candidate.duckdb") as warehouse:
        ledger.prepare(warehouse)
        yield Office(warehouse)
