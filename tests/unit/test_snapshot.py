"""The snapshot as analysts open it: by name, read-only, and never in the way of the next week."""

import json
import subprocess
import sys
import warnings
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

import mainstay
from mainstay.errors import MainstayError, UsageError
from mainstay.settings import Workspace
from mainstay.warehouse import snapshot as reading
from mainstay.warehouse.publication import publish
from mainstay.warehouse.snapshot import NewerSnapshotWarning

FIRST, SECOND = date(2022, 4, 4), date(2022, 4, 11)


def publish_week(workspace: Workspace, day: date, firms: int, *, keep: int = 4) -> None:
    """Publish a snapshot of so many firms."""
    candidate = workspace.candidate(f"r{day:%m%d}")
    candidate.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema ops")
        connection.execute(
            "create table marts.enterprises as "
            f"select 'F' || i as enterprise_id, (i / 4)::decimal(18, 2) as paid from range({firms}) as t(i)"
        )
        connection.execute("create table ops.runs as select 'r' as run_id")
    publish(workspace, candidate, as_of=day, run_id=f"r{day:%m%d}", keep=keep)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one published week of three firms; its name is hard to quote."""
    made = Workspace(tmp_path / "king's park")
    publish_week(made, FIRST, 3)
    return made


def test_a_relation_is_a_frame_by_its_name(workspace: Workspace) -> None:
    snapshot = mainstay.open_snapshot(workspace.home)
    firms = snapshot["marts.enterprises"]
    assert firms["enterprise_id"].to_list() == ["F0", "F1", "F2"]
    assert firms.schema["paid"] == pl.Decimal(18, 2)
    assert snapshot.as_of == FIRST
    assert repr(snapshot) == "<Snapshot as of 2022-04-04, run r0404, 2 relations>"


def test_the_tables_say_what_one_row_of_them_is(workspace: Workspace) -> None:
    snapshot = mainstay.open_snapshot(workspace.home)
    assert snapshot.tables.rows() == [
        ("marts.enterprises", 3, "One row per enterprise, as known at the snapshot's as-of date."),
        ("ops.runs", 1, "One row per run that published."),
    ]
    assert list(snapshot) == ["marts.enterprises", "ops.runs"]
    assert "marts.enterprises" in snapshot
    assert "marts.unheard_of" not in snapshot


def test_a_relation_is_described_as_it_was_when_it_was_published(workspace: Workspace) -> None:
    path = workspace.latest.resolve()
    with duckdb.connect(str(path)) as connection:
        connection.execute("comment on column marts.enterprises.paid is '[currency] what it paid'")
        connection.execute("comment on table ops.runs is 'One row per run, as it was then.\nKey: run_id.'")
    snapshot = mainstay.open_snapshot(workspace.home)
    assert snapshot.describe("marts.enterprises").rows() == [
        ("enterprise_id", "VARCHAR", None, None),
        ("paid", "DECIMAL(18,2)", "currency", "what it paid"),
    ]
    assert snapshot.tables["grain"].to_list()[1] == "One row per run, as it was then."
    with pytest.raises(UsageError, match=r"did you mean 'marts\.enterprises'"):
        snapshot.describe("marts.enterprise")


def test_a_query_is_answered_and_nothing_is_changed_by_one(workspace: Workspace, tmp_path: Path) -> None:
    snapshot = mainstay.open_snapshot(workspace.home)
    assert snapshot.sql("select count(*) as n from marts.enterprises").item() == 3
    for refused in ("drop table marts.enterprises", "select 1; select 2", "", "copy marts.enterprises to 'x.csv'"):
        with pytest.raises(UsageError, match="one SELECT a call"):
            snapshot.sql(refused)
    elsewhere = tmp_path / "other.csv"
    elsewhere.write_text("a\n1\n", "utf-8")
    with pytest.raises(duckdb.Error):
        snapshot.sql(f"select * from '{elsewhere.name}'")
    assert snapshot["marts.enterprises"].height == 3


def test_an_unknown_name_is_an_error_with_a_suggestion(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"did you mean 'marts\.enterprises'"):
        mainstay.open_snapshot(workspace.home)["marts.enterprise"]


def test_the_home_is_that_of_the_commands(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_HOME", str(workspace.home))
    assert mainstay.open_snapshot().as_of == FIRST


def test_where_nothing_was_published_the_error_says_what_to_do(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no such workspace[\s\S]*MAINSTAY_HOME"):
        mainstay.open_snapshot(tmp_path / "nowhere")
    (tmp_path / "fresh").mkdir()
    with pytest.raises(UsageError, match=r"nothing has been published[\s\S]*mainstay weekly"):
        mainstay.open_snapshot(str(tmp_path / "fresh"))
    (workspace.published / "latest.json").write_text("{", "utf-8")
    with pytest.raises(MainstayError, match=r"latest\.json cannot be read"):
        mainstay.open_snapshot(workspace.home)


def test_a_file_that_is_gone_or_no_snapshot_is_an_error_with_its_name(workspace: Workspace) -> None:
    path = workspace.latest.resolve()
    path.write_bytes(b"no database")
    with pytest.raises(MainstayError, match=r"2022-04-04-r0404\.duckdb"):
        mainstay.open_snapshot(workspace.home)
    path.unlink()
    with pytest.raises(MainstayError, match="publish the week again"):
        mainstay.open_snapshot(workspace.home)


def test_an_open_snapshot_keeps_its_figures_when_the_next_week_prunes_its_file(workspace: Workspace) -> None:
    opened = mainstay.open_snapshot(workspace.home)
    publish_week(workspace, SECOND, 5, keep=1)
    assert [path.name for path in workspace.published.glob("2022*")] == ["2022-04-11-r0411.duckdb"]
    with pytest.warns(NewerSnapshotWarning, match="as of 2022-04-11 was published since"):
        assert opened["marts.enterprises"].height == 3
    assert "NEWER ONE PUBLISHED: as of 2022-04-11" in repr(opened)
    assert mainstay.open_snapshot(workspace.home)["marts.enterprises"].height == 5


def test_a_newer_week_is_told_of_once(workspace: Workspace) -> None:
    opened = mainstay.open_snapshot(workspace.home)
    publish_week(workspace, SECOND, 5)
    with pytest.warns(NewerSnapshotWarning):
        opened.sql("select 1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened.sql("select 1")


def test_the_week_before_is_there_as_long_as_it_is_kept(workspace: Workspace) -> None:
    assert mainstay.open_snapshot(workspace.home).previous() is None
    publish_week(workspace, SECOND, 5)
    before = mainstay.open_snapshot(workspace.home).previous()
    assert before is not None
    assert (before.as_of, before["marts.enterprises"].height) == (FIRST, 3)
    (workspace.published / "2022-04-04-r0404.duckdb").write_bytes(b"of another version")
    assert mainstay.open_snapshot(workspace.home).previous() is None


def test_a_workspace_that_is_out_of_reach_does_not_disturb_an_open_snapshot(workspace: Workspace) -> None:
    opened = mainstay.open_snapshot(workspace.home)
    (workspace.published / "latest.json").write_text("half a", "utf-8")
    assert opened.newer is None
    assert opened["marts.enterprises"].height == 3


def test_a_snapshot_pruned_between_looking_and_opening_gives_the_newer_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = reading._in_memory

    def late(path: Path) -> duckdb.DuckDBPyConnection:
        if not list(workspace.published.glob("2022-04-11*")):
            publish_week(workspace, SECOND, 5, keep=1)
        return opens(path)

    monkeypatch.setattr(reading, "_in_memory", late)
    assert mainstay.open_snapshot(workspace.home).as_of == SECOND


def test_an_open_snapshot_of_another_process_holds_no_file(workspace: Workspace) -> None:
    code = (
        "import mainstay, sys\n"
        "opened = mainstay.open_snapshot(sys.argv[1])\n"
        "print('opened', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(opened['marts.enterprises'].height)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(workspace.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as notebook:
        assert notebook.stdout is not None
        assert notebook.stdout.readline() == "opened\n"
        with duckdb.connect(str(workspace.latest.resolve())) as writer:
            writer.execute("drop table marts.enterprises")  # a lock of the other process would refuse this
        publish_week(workspace, SECOND, 5, keep=1)
        told, _ = notebook.communicate("go on\n", timeout=30)
    assert told == "3\n"


def test_importing_mainstay_loads_neither_database_nor_frames() -> None:
    code = "import json, sys, mainstay; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"duckdb", "polars", "prefect", "pydantic"}.isdisjoint(json.loads(loaded))
