"""The main job on 24 extracts that nobody here wrote, against an oracle in plain Python."""

import csv
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mainstay.running import run_week
from mainstay.settings import Workspace
from tests.realdata import oracle

SEPTEMBER, JUNE, YEAR_BEFORE = date(2016, 9, 5), date(2016, 6, 6), date(2015, 9, 7)
pytestmark = pytest.mark.usefixtures("prefect_server")
MakeWorkspace = Callable[[list[Path]], Workspace]


@pytest.fixture(scope="module")
def week(texas_extracts: list[Path], texas_workspace: MakeWorkspace) -> Workspace:
    """All 24 extracts, as of 2016-09-05; then two replays of older weeks in the same workspace."""
    workspace = texas_workspace(texas_extracts)
    for day in (SEPTEMBER, JUNE, YEAR_BEFORE):
        assert run_week(workspace, day)["quarantined"] == []
    return workspace


@pytest.fixture(scope="module")
def truth(texas_extracts: list[Path]) -> tuple[oracle.Extract, ...]:
    return oracle.read_extracts(texas_extracts[0].parent)


def asked(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def content(workspace: Workspace, day: date) -> dict[str, Any]:
    stated: dict[str, Any] = json.loads((workspace.out_of(day) / "manifest.json").read_text("utf-8"))["content"]
    return stated


def lines(workspace: Workspace, day: date, name: str) -> list[dict[str, str]]:
    with (workspace.out_of(day) / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_and_cent_of_every_extract_is_accounted_for(
    week: Workspace, truth: tuple[oracle.Extract, ...]
) -> None:
    batches = asked(
        week,
        """
        select
            file, rows_read, rows_loaded, rows_rejected, rows_duplicate, rows_total_line, rows_blank,
            amount_read, amount_loaded, amount_rejected, amount_duplicate
        from ops.batches order by file
        """,
    )
    assert len(batches) == 24
    told = {account.file: account for account in oracle.accounts(truth, SEPTEMBER, oracle.Rules())}
    for file, rows, *parts, read, loaded, rejected, duplicate in batches:
        assert rows == sum(parts) == told[file].rows_read
        assert read == loaded + rejected + duplicate == told[file].read
    assert sum(row[1] for row in batches) == 369_672
    assert sum(row[7] for row in batches) == Decimal("857378749.55")


def test_what_counts_is_what_the_oracle_counts(week: Workspace, truth: tuple[oracle.Extract, ...]) -> None:
    expected = oracle.as_known(truth, SEPTEMBER, oracle.Rules())
    counted = asked(week, "select enterprise_id, strftime(month, '%Y-%m'), total from marts.revenue_monthly")
    assert {(who, month): total for who, month, total in counted} == expected
    assert sum(expected.values()) == Decimal("841366612.19")
    [conserved] = content(week, SEPTEMBER)["conservation"]
    assert conserved["current_money"] == "841366612.19"
    assert conserved["superseded_money"] == "16012137.36"


@pytest.mark.parametrize("day", [SEPTEMBER, JUNE])
def test_the_list_is_the_oracles_fifty_largest_drops(
    week: Workspace, truth: tuple[oracle.Extract, ...], day: date
) -> None:
    both = oracle.windows(day)
    expected = oracle.largest_drops(oracle.as_known(truth, day, oracle.Rules()), both)
    listed = lines(week, day, "lists/ytd_top50.csv")
    shown = [
        (int(row["名次"]), row["统一社会信用代码"], Decimal(row["本期全口径收入_自然口径(美元)"]),
         Decimal(row["上年同期全口径收入_自然口径(美元)"]), Decimal(row["增减额_自然口径(美元)"]))
        for row in listed
    ]  # fmt: skip
    assert shown == [tuple(drop) for drop in expected]
    [window] = [one for one in content(week, day)["lists"] if one["list_name"] == "ytd_top50"]
    assert (window["window_start"], window["window_end"]) == (f"{both.current[0]}-01", f"{both.current[-1]}-01")


def test_orders_are_issued_for_the_largest_drops_up_to_the_capacity(week: Workspace) -> None:
    orders = lines(week, SEPTEMBER, "work_orders.csv")
    assert [row["工单编号"] for row in orders] == [f"M2016W36-{number:04d}" for number in range(1, 26)]
    drops = [Decimal(row["增减额_还原口径(美元)"]) for row in orders]
    assert drops == sorted(drops)
    assert {row["备注"] for row in orders} == {
        "本数据无地方级金额，地方级各列为全口径；未导入退库数据，还原口径等于自然口径"
    }


def test_a_short_extract_is_told_by_the_volume_check(week: Workspace) -> None:
    failed = asked(
        week, "select subject, round(measured, 3) from ops.checks where rule = 'volume_parties_ratio' and not passed"
    )
    assert failed == [("MIXEDBEV_01_2015.CSV", 0.943)]


def test_without_a_covered_base_window_there_is_a_reason_and_no_list(week: Workspace) -> None:
    assert {one["reason"] for one in content(week, YEAR_BEFORE)["lists"]} == {"base window not covered"}
    assert lines(week, YEAR_BEFORE, "lists/ytd_top50.csv") == []
    assert lines(week, YEAR_BEFORE, "work_orders.csv") == []


def test_a_week_over_all_files_equals_the_week_over_the_files_known_by_then_byte_for_byte(
    week: Workspace, texas_extracts: list[Path], texas_workspace: MakeWorkspace
) -> None:
    known = [path for path in texas_extracts if path.name not in {f"MIXEDBEV_0{month}_2016.CSV" for month in (6, 7, 8)}]
    assert len(known) == 21
    then = texas_workspace(known)
    assert run_week(then, JUNE)["replay"] is False

    def files(workspace: Workspace) -> dict[str, bytes]:
        folder = workspace.out_of(JUNE)
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        found["manifest.json"] = json.dumps(json.loads(found["manifest.json"])["content"], sort_keys=True).encode()
        return found

    assert files(week) == files(then)
    assert {"work_orders.csv", "work_orders.xlsx", "lists/ytd_top50.csv", "lists/q1_top25.csv"} < set(files(then))


def test_a_changed_layout_is_refused_and_not_half_read(
    texas_extracts: list[Path], texas_workspace: MakeWorkspace
) -> None:
    """The publisher's later files: one column fewer, a trailing comma, padded periods; and lower-case extensions."""
    workspace = texas_workspace([path for path in texas_extracts if path.name == "MIXEDBEV_09_2014.CSV"])
    [landed] = workspace.landing.glob("*.CSV")
    with landed.open(encoding="cp1252", newline="") as stream:
        rows = [[*row[:7], f" {row[8]} ", row[9].strip(), ""] for row in csv.reader(stream)]
    changed = workspace.landing / "MIXEDBEV_10_2014.CSV"
    with changed.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream).writerows(rows)
    (workspace.landing / "mixedbev_11_2014.csv").write_bytes(changed.read_bytes())
    run_week(workspace, date(2014, 12, 1))
    loaded = asked(workspace, "select file from ops.batches where status = 'accepted'")
    assert loaded == [(landed.name,)]
    told = run_week(workspace, date(2014, 12, 1))["quarantined"]
    assert [line.split(":")[0] for line in sorted(told)] == ["MIXEDBEV_10_2014.CSV", "mixedbev_11_2014.csv"]
