"""The layout of the warehouse's file: brought to today's once, with a copy beside it; or refused in words."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from mainstay.errors import MainstayError
from mainstay.settings import WarehouseSettings
from mainstay.warehouse import layout, ledger
from mainstay.warehouse.connection import Warehouse

DEFAULTS = WarehouseSettings()
KILLED = """
import os, signal, sys
from pathlib import Path
from mainstay.settings import WarehouseSettings
from mainstay.warehouse import layout

def then_die(warehouse):
    layout._forget_builds(warehouse)
    os.kill(os.getpid(), signal.SIGKILL)

layout.MIGRATIONS = (layout.Migration(2, "", then_die),)
layout.upgrade(Path(sys.argv[1]), WarehouseSettings())
"""
COMMITTED_THEN_KILLED = """
import duckdb, os, signal, sys

connection = duckdb.connect(sys.argv[1])
connection.execute("create table ops.kept as select 1")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A warehouse that states no layout, with a batch, an as-known view of a date table, and a feature."""
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(path) as warehouse:
        ledger.prepare(warehouse)
        for statement in (
            "drop table ops.layout",
            "insert into ledger.batches (batch_id, status) values (1, 'accepted')",
            "create schema run",
            "create table run.as_of_dates as select date '2022-07-04' as as_of_date",
            "create view ledger.receipts_as_known as select * from ledger.receipts cross join run.as_of_dates",
            "create schema features",
            "create table features.visits as select 1 as order_id",
        ):
            warehouse.execute(statement)
    return path


def relations(path: Path) -> dict[str, int]:
    """What a warehouse holds beside empty tables: rows by relation, views with -1."""
    with duckdb.connect(str(path), read_only=True) as database:
        tables = "select schema_name || '.' || table_name from duckdb_tables()"
        views = "select schema_name || '.' || view_name from duckdb_views() where not internal"
        rows = {name: database.sql(f"from {name}").shape[0] for (name,) in database.sql(tables).fetchall()}
        return {name: n for name, n in rows.items() if n} | {name: -1 for (name,) in database.sql(views).fetchall()}


OLD = {"ledger.batches": 1, "run.as_of_dates": 1, "ledger.receipts_as_known": -1, "features.visits": 1}
TODAY = {"ledger.batches": 1, "ops.layout": 1}


def backup_of(path: Path) -> Path:
    return path.with_name("warehouse.before-2.duckdb")


def test_an_old_warehouse_is_brought_to_today_s_layout_once_and_a_copy_of_it_stays(old: Path) -> None:
    before = old.read_bytes()
    assert layout.upgrade(old, DEFAULTS) == (
        "the warehouse was brought from layout 1 to 2 (results of former builds removed, which every run makes anew); "
        "as it was before: warehouse.before-2.duckdb"
    )
    assert backup_of(old).read_bytes() == before
    assert (relations(backup_of(old)), relations(old)) == (OLD, TODAY)
    backup_of(old).unlink()
    assert layout.upgrade(old, DEFAULTS) == ""
    assert sorted(path.name for path in old.parent.iterdir()) == ["warehouse.duckdb"]


def test_a_new_warehouse_is_of_today_s_layout(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    assert layout.upgrade(path, DEFAULTS) == ""
    assert not path.exists()
    with Warehouse(path) as warehouse:
        ledger.prepare(warehouse)
        ledger.prepare(warehouse)
        assert warehouse.read("ops.layout").rows() == [(layout.LAYOUT,)]
    assert layout.upgrade(path, DEFAULTS) == ""


def test_the_copy_holds_what_a_killed_run_had_committed(old: Path) -> None:
    subprocess.run([sys.executable, "-c", COMMITTED_THEN_KILLED, str(old)], check=False)
    assert old.with_name("warehouse.duckdb.wal").exists()
    assert layout.upgrade(old, DEFAULTS)
    assert relations(backup_of(old)) == OLD | {"ops.kept": 1}


def test_a_kill_before_the_commit_leaves_the_old_warehouse_and_the_next_start_does_it_again(old: Path) -> None:
    before = old.read_bytes()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(old)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert backup_of(old).read_bytes() == before
    assert relations(old) == OLD
    assert layout.upgrade(old, DEFAULTS)
    assert (relations(backup_of(old)), relations(old)) == (OLD, TODAY)


def test_a_kill_while_copying_leaves_a_part_that_the_next_start_overwrites(old: Path) -> None:
    part = old.with_name(".warehouse.before-2.duckdb.part")
    part.write_bytes(b"half")
    assert layout.upgrade(old, DEFAULTS)
    assert relations(backup_of(old)) == OLD
    assert not part.exists()


@pytest.mark.parametrize("when", ["before", "while copying"])
def test_without_room_for_the_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    before = old.read_bytes()

    def full(source: Path, target: Path, **_: object) -> None:
        target.write_bytes(source.read_bytes()[:4096])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    free = 0 if when == "before" else 1 << 40
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(free, 0, free))  # type: ignore[attr-defined]
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(MainstayError, match="no room for a copy of the warehouse") as refused:
        layout.upgrade(old, DEFAULTS)
    assert "nothing was changed" in refused.value.hint
    assert {path.name: path.read_bytes() for path in old.parent.iterdir()} == {"warehouse.duckdb": before}


def test_a_step_that_fails_leaves_the_old_warehouse_and_says_so(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(warehouse: Warehouse) -> None:
        warehouse.execute("drop table features.visits")
        warehouse.execute("select * from nowhere")

    monkeypatch.setattr(layout, "MIGRATIONS", (layout.Migration(2, "", fails),))
    with pytest.raises(MainstayError, match="cannot be brought to layout 2"):
        layout.upgrade(old, DEFAULTS)
    assert relations(old) == relations(backup_of(old)) == OLD


def test_a_warehouse_of_a_newer_version_is_refused_and_says_what_to_do(old: Path) -> None:
    with Warehouse(old) as warehouse:
        warehouse.execute("create table ops.layout as select 3 as layout")
    with pytest.raises(MainstayError, match="written by a newer version") as refused:
        layout.upgrade(old, DEFAULTS)
    assert refused.value.where == "warehouse.duckdb: layout 3; this version knows 2"
    assert refused.value.hint == "install the newer version again; nothing was changed"
    assert relations(old) == OLD | {"ops.layout": 1}


def test_no_run_writes_into_a_warehouse_of_another_layout(old: Path) -> None:
    with Warehouse(old) as warehouse, pytest.raises(MainstayError, match="of another version"):
        ledger.prepare(warehouse)
