"""Fixtures of the SQL tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.warehouse import ledger
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    """An empty office, in memory: half the time of files, and the SQL is the same."""
    memory = Path(":memory:")
    with Warehouse(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        yield Office(warehouse)
