"""The weekly run as its operator meets it: what is published, what is refused, what stays."""

import json
from datetime import date
from functools import partial
from typing import Any

import pytest

from mainstay.errors import ContractError, GateRefusedError, LockHeldError
from mainstay.quality.gates import Verdict, refuse_lost_money
from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.warehouse import batch_metrics
from mainstay.warehouse.lock import exclusive
from mainstay.week import execution, ingestion
from tests.end_to_end.conftest import copied
from tests.end_to_end.small_office import (
    APRIL,
    NEXT,
    by_steps,
    journals,
    land,
    read_csv,
    snapshot,
    week_files,
)

pytestmark = pytest.mark.usefixtures("without_prefect")


@pytest.fixture(scope="module")
def next_week(published: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The office after its second week, for which nothing came but two files that fit no contract."""
    made = copied(published, tmp_path_factory.mktemp("next") / "office")
    (made.landing / "notes.csv").write_text("hello,world\n1,2\n", "utf-8")
    (made.landing / "receipts_202112_wrong.csv").write_text("code,value\n1,2\n", "utf-8")
    run_week(made, NEXT)
    return made


def test_a_week_publishes_lists_orders_manifest_and_snapshot(published: Workspace) -> None:
    [entry] = journals(published)
    assert (entry["status"], entry["exit_status"], entry["quarantined"]) == ("done", 0, [])
    folder = published.out_of(APRIL)
    orders = read_csv(folder / "work_orders.csv")
    assert [row["工单编号"] for row in orders] == [f"M2022W14-{number:04d}" for number in (1, 2, 3, 4)]
    assert [row["统一社会信用代码"] for row in orders] == ["F11", "F09", "F07", "F05"]
    assert {row["企业名称"][0] for row in orders} == {"'"}, "a name that begins with = is no formula"
    assert orders[0]["增减额_自然口径(万元)"] == "-1.80"
    assert {row["统计期间"] for row in orders} == {"2022年1-3月(累计)"}
    listed = read_csv(folder / "lists" / "ytd_top50.csv")
    assert [row["统一社会信用代码"] for row in listed] == ["F11", "F09", "F07", "F05", "F03", "F01"]
    assert [row["工单编号"] for row in listed[:2]] == ["M2022W14-0001", "M2022W14-0002"]
    assert snapshot(published, "select count(*), sum(local) from marts.revenue_monthly") == [(180, 1_107_000)]
    [(rows_read, rows_loaded, amount_read, amount_loaded)] = snapshot(
        published, "select sum(rows_read), sum(rows_loaded), sum(amount_read), sum(amount_loaded) from ops.batches"
    )
    assert (rows_read, rows_loaded) == (180, 180)
    assert amount_read == amount_loaded == 1_107_000
    assert "raw" not in [name for (name, *_) in snapshot(published, "describe ops.rejects")]
    unsaid = "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    assert snapshot(published, unsaid) == []


def test_the_next_week_carries_orders_over_and_issues_none_without_new_receipts(next_week: Workspace) -> None:
    orders = read_csv(next_week.out_of(NEXT) / "work_orders.csv")
    assert [row["工单编号"] for row in orders] == [f"M2022W14-{number:04d}" for number in (1, 2, 3, 4)]
    [first, *_] = read_csv(next_week.out_of(NEXT) / "lists" / "ytd_top50.csv")
    assert (first["上期名次"], first["在榜周数"]) == ("1", "2")


def test_a_file_that_fits_no_contract_is_quarantined_listed_every_week_and_the_run_goes_on(
    next_week: Workspace,
) -> None:
    entry = journals(next_week)[-1]
    assert (entry["as_of"], entry["status"]) == (str(NEXT), "done")
    [first, second] = entry["quarantined"]
    assert "notes.csv" in first
    assert "no contract" in first
    assert "receipts_202112_wrong.csv" in second
    assert "monthly" in second
    assert ingestion.ingest(by_steps(next_week))["quarantined"] == [first, second]


def test_new_receipts_bring_new_orders_and_never_a_second_one_for_a_firm(after_april: Workspace) -> None:
    land(after_april, date(2022, 4, 1))
    run_week(after_april, date(2022, 5, 2))
    orders = read_csv(after_april.out_of(date(2022, 5, 2)) / "work_orders.csv")
    assert sorted(row["工单编号"] for row in orders) == [
        *[f"M2022W14-{number:04d}" for number in (1, 2, 3, 4)],
        *[f"M2022W18-{number:04d}" for number in (1, 2)],
    ]
    assert len({row["统一社会信用代码"] for row in orders}) == 6
    assert [row["备注"] for row in orders if row["工单编号"] == "M2022W14-0001"] == [
        "未导入退库数据，还原口径等于自然口径；已超办理时限"
    ]


def test_running_the_same_week_again_changes_nothing_that_people_read(after_april: Workspace) -> None:
    before = week_files(after_april)
    content = json.loads(before.pop("manifest.json"))["content"]
    run_week(after_april, APRIL)
    after = week_files(after_april)
    assert json.loads(after.pop("manifest.json"))["content"] == content
    assert after == before
    assert snapshot(after_april, "select count(*) from ops.batches") == [(15,)], "the same file again is a no-op"


def test_settings_and_contracts_edited_in_mid_run_change_neither_a_later_step_nor_the_manifest(
    workspace: Workspace, published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = workspace.contracts / "monthly.toml"

    def edit(verdicts: list[Verdict]) -> None:
        workspace.settings_file.write_text('[orders]\nvisiting_capacity = 2\n\n[money]\ndisplay_unit = "元"\n', "utf-8")
        contract.write_text(contract.read_text("utf-8").replace("grace_days = 10", "grace_days = 0"), "utf-8")
        refuse_lost_money(verdicts)

    monkeypatch.setattr(ingestion, "refuse_lost_money", edit)
    assert run_week(workspace, APRIL)["status"] == "done"
    assert "grace_days = 0" in contract.read_text("utf-8"), "the files were edited after the batches were checked"
    edited, untouched = week_files(workspace), week_files(published)
    manifests = [json.loads(files.pop("manifest.json"))["content"] for files in (edited, untouched)]
    assert edited == untouched
    assert manifests[0] == manifests[1]


def checked(workspace: Workspace) -> list[str]:
    """Take the first two steps of a run, which load and judge files; returns what was quarantined."""
    run = by_steps(workspace)
    quarantined: list[str] = ingestion.ingest(run)["quarantined"]
    ingestion.check_batches(run, lambda *_: None)
    return quarantined


def asked(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """Ask the warehouse itself, where no run has published anything."""
    with by_steps(workspace).warehouse(marts=False) as warehouse:
        return warehouse.query(sql).rows()


def test_a_batch_that_fails_its_own_gate_is_quarantined_and_tried_again_when_its_contract_changes(
    workspace: Workspace,
) -> None:
    bad = tuple(f"B{number:02d},bad,2022-03,not money" for number in range(20))
    land(workspace, date(2022, 3, 1), name="receipts_202203_20.csv", lines=bad)
    assert checked(workspace) == [], "it was read; its gate refused it, and the run goes on"
    assert [line for line in checked(workspace) if "rejected_share" in line]
    assert asked(workspace, "select count(*) from ops.batches where status = 'quarantined'") == [(1,)]
    path = workspace.contracts / "monthly.toml"
    path.write_text(path.read_text("utf-8").replace("max_rejected_share = 0.4", "max_rejected_share = 0.9"), "utf-8")
    assert checked(workspace) == []
    assert asked(workspace, "select count(*) from ops.rejects where reason = 'BAD_AMOUNT'") == [(40,)]


def test_a_batch_that_loses_money_refuses_every_run_until_the_fault_is_mended(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        lossy = batch_metrics.BATCH_METRICS.replace("coalesce(amounts.money_unaccounted, 0)", "1 / batches.batch_id")
        patch.setattr(batch_metrics, "BATCH_METRICS", lossy)
        for _ in range(2):
            with pytest.raises(GateRefusedError, match=r"not accounted for[^$]*receipts_202101\.csv"):
                run_week(workspace, APRIL)
    assert [entry["status"] for entry in journals(workspace)] == ["refused", "refused"]
    assert not workspace.published.exists() or not list(workspace.published.iterdir())
    assert checked(workspace) == []
    assert asked(workspace, "select status, count(*) from ops.batches group by all") == [("accepted", 15)]


def test_a_wrong_contract_is_refused_before_any_file_is_read(workspace: Workspace) -> None:
    path = workspace.contracts / "monthly.toml"
    path.write_text(path.read_text("utf-8").replace("within_file", "within_fil"), "utf-8")
    with pytest.raises(ContractError, match="did you mean 'within_file'"):
        run_week(workspace, APRIL)
    assert not workspace.warehouse.exists()


def test_a_run_that_finds_the_lock_held_is_journaled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "exclusive", partial(exclusive, wait_seconds=0.2))
    with exclusive(workspace.lock, "purge"), pytest.raises(LockHeldError):
        run_week(workspace, APRIL)
    [entry] = journals(workspace)
    assert (entry["status"], entry["exit_status"], entry["error"]["kind"]) == ("refused", 1, "LockHeldError")
    assert entry["seconds"] == {}


def test_a_run_that_is_killed_is_shown_as_interrupted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def stop(*_: object) -> None:
        told.extend(journals(workspace))
        raise LockHeldError("the run ends here")

    monkeypatch.setattr(ingestion, "scan", stop)
    with pytest.raises(LockHeldError):
        run_week(workspace, APRIL)
    assert told[0]["as_of"] == "2022-04-04"
    assert "status" not in told[0], "`mainstay status` calls a run without one interrupted"


def test_a_second_run_says_who_holds_the_lock(workspace: Workspace) -> None:
    with (
        exclusive(workspace.lock, "weekly run as of 2022-04-04"),
        pytest.raises(LockHeldError, match="weekly run as of 2022-04-04"),
        exclusive(workspace.lock, "purge", wait_seconds=0.2),
    ):
        pytest.fail("two held the lock")
