"""Fixtures of the SQL tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.warehouse import ledger
from tests.sql.office import Office
from tests.sql.on_demand import OnDemand


@pytest.fixture
def office() -> Iterator[Office]:
    """An empty office, in memory: half the time of files, and the SQL is the same."""
    memory = Path(":memory:")
    with OnDemand(memory, candidate=memory) as warehouse:
        ledger.prepare(warehouse)
        yield Office(warehouse)
