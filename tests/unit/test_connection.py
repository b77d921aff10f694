"""The warehouse's connection: closed to the outside, one writer, clear when it cannot be opened."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mainstay.errors import MainstayError
from mainstay.warehouse.connection import Warehouse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def test_extensions_are_neither_installed_nor_loaded_and_the_configuration_is_locked(path: Path) -> None:
    with Warehouse(path) as warehouse:
        settings = dict(
            warehouse.query(
                """
                select name, value from duckdb_settings()
                where name like 'auto%extensions' or name = 'lock_configuration'
                """
            ).iter_rows()
        )
        assert settings == {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "lock_configuration": "true",
        }
        with pytest.raises(Exception, match="locked"):
            warehouse.execute("set threads = 1")


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    with Warehouse(path) as warehouse:
        warehouse.ensure("ops.notes", pl.Schema({"day": pl.Date()}))
        with pytest.raises(Exception, match="nowhere"), warehouse.transaction():  # noqa: PT012 -- the second fails
            warehouse.append("ops.notes", pl.DataFrame({"day": [date(2022, 1, 1)]}))
            warehouse.execute("insert into ops.nowhere values (1)")
        assert warehouse.count("ops.notes") == 0


def test_a_newer_version_adds_its_columns_and_keeps_the_rows(path: Path) -> None:
    with Warehouse(path) as warehouse:
        warehouse.ensure("ops.notes", pl.Schema({"day": pl.Date()}))
        warehouse.append("ops.notes", pl.DataFrame({"day": [date(2022, 1, 1)]}))
        warehouse.ensure("ops.notes", pl.Schema({"day": pl.Date(), "text": pl.String()}))
        assert warehouse.read("ops.notes").rows() == [(date(2022, 1, 1), None)]


def test_a_file_that_is_no_warehouse_is_refused_with_a_hint(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be read as one" * 200)
    with pytest.raises(MainstayError, match="hint:"):
        Warehouse(path)
