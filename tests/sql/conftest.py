"""Fixtures of the SQL tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.warehouse import ledger
from mainstay.warehouse.connection import Warehouse
from tests.sql.office import Office
from tests.sql.on_demand import OnDemand

MEMORY = Path(":memory:")


@pytest.fixture(scope="session")
def empty_tables() -> str:
    """The statements that make the tables of an empty warehouse: at once they take a tenth of `ledger.prepare`."""
    with Warehouse(MEMORY) as warehouse:
        ledger.prepare(warehouse)
        schemas = warehouse.query("select distinct 'create schema ' || schema_name || ';' from duckdb_tables()")
        tables = warehouse.query("select sql from duckdb_tables()")
    return "\n".join([*schemas.to_series(), *tables.to_series()])


@pytest.fixture
def office(empty_tables: str) -> Iterator[Office]:
    """An empty office, in memory: half the time of files, and the SQL is the same."""
    with OnDemand(MEMORY, candidate=MEMORY) as warehouse:
        warehouse.execute(empty_tables)
        yield Office(warehouse)
