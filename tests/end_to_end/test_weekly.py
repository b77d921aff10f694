"""The weekly run as its operator meets it: what is published, what is refused, what stays."""

import csv
import json
import re
import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from prefect.client.orchestration import get_client

from mainstay.errors import ContractError, GateRefusedError, LockHeldError, UnexpectedError
from mainstay.quality.gates import Verdict, refuse_lost_money
from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.warehouse import batch_metrics
from mainstay.warehouse.lock import exclusive
from mainstay.week import execution, ingestion, publishing

CONTRACT = """
name = "monthly"
target = "receipts"
title = "monthly receipts"
id_namespace = "tax"
legal_basis = "agreement"
agreement_id = "A-1"
expires_on = 2099-12-31
delivery = "replace_partition"
within_file = "add"
across_files = "version"
key = ["source_id", "month"]
required_for_run = true
grace_days = 10
max_rejected_share = 0.4

[match]
files = ["receipts_*.csv"]

[partition]
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})'

[knowledge]
from = "file_name"
pattern = '(?P<year>\\d{4})(?P<month>\\d{2})(_(?P<day>\\d{2}))?'

[[columns]]
field = "source_id"
headings = ["id"]

[[columns]]
field = "name"
headings = ["name"]

[[columns]]
field = "month"
headings = ["month"]

[[columns]]
field = "amount"
level = "local"
headings = ["amount"]
"""
APRIL = date(2022, 4, 4)
FIRMS = {f"F{number:02d}": 1000 * (number + 1) for number in range(12)}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Receipts of 2021-01 to 2022-03; half of the firms halve in 2022."""
    return office(tmp_path / "office")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same office after its first week; to be copied, not to be worked in."""
    made = office(tmp_path_factory.mktemp("published") / "office")
    assert run_week(made, APRIL)["status"] == "done"
    return made


@pytest.fixture
def after_april(published: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the office after its first week."""
    shutil.copytree(published.home, tmp_path / "office", symlinks=True)
    return Workspace(tmp_path / "office")


def office(home: Path) -> Workspace:
    """Lay out a workspace with one contract and fifteen months of receipts."""
    made = Workspace(home)
    made.contracts.mkdir(parents=True)
    (made.contracts / "monthly.toml").write_text(CONTRACT, "utf-8")
    made.settings_file.write_text("[contracts]\nbuilt_in = []\n\n[orders]\nvisiting_capacity = 4\n", "utf-8")
    for index in range(15):
        land(made, date(2021 + index // 12, index % 12 + 1, 1))
    return made


def land(workspace: Workspace, month: date, *, name: str = "", lines: tuple[str, ...] = ()) -> Path:
    """Write one month's extract."""
    rows = ["id,name,month,amount", *lines]
    for number, (firm, usual) in enumerate(FIRMS.items()):
        paid = usual / 2 if month.year == 2022 and number % 2 else usual
        rows.append(f"{firm},={firm} Ltd,{month:%Y-%m},{paid:.2f}")
    path = workspace.landing / (name or f"receipts_{month:%Y%m}.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def snapshot(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published_bytes(workspace: Workspace) -> dict[str, bytes]:
    """Everything that people look into, byte for byte."""
    files = [path for folder in ("published", "out") for path in (workspace.home / folder).rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files if "runs" not in path.parts}


def week_files(workspace: Workspace) -> dict[str, bytes]:
    """What people received in the first week, byte for byte."""
    folder = workspace.out_of(APRIL)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


pytestmark = pytest.mark.usefixtures("prefect_server")


def test_a_week_publishes_lists_orders_manifest_and_snapshot(workspace: Workspace) -> None:
    entry = run_week(workspace, APRIL)
    assert (entry["status"], entry["exit_status"], entry["quarantined"]) == ("done", 0, [])
    folder = workspace.out_of(APRIL)
    orders = read_csv(folder / "work_orders.csv")
    assert [row["工单编号"] for row in orders] == [f"M2022W14-{number:04d}" for number in (1, 2, 3, 4)]
    assert [row["统一社会信用代码"] for row in orders] == ["F11", "F09", "F07", "F05"]
    assert {row["企业名称"][0] for row in orders} == {"'"}, "a name that begins with = is no formula"
    assert orders[0]["增减额_自然口径(万元)"] == "-1.80"
    assert {row["统计期间"] for row in orders} == {"2022年1-3月(累计)"}
    listed = read_csv(folder / "lists" / "ytd_top50.csv")
    assert [row["统一社会信用代码"] for row in listed] == ["F11", "F09", "F07", "F05", "F03", "F01"]
    assert [row["工单编号"] for row in listed[:2]] == ["M2022W14-0001", "M2022W14-0002"]
    assert snapshot(workspace, "select count(*), sum(local) from marts.revenue_monthly") == [(180, 1_107_000)]
    [(rows_read, rows_loaded, amount_read, amount_loaded)] = snapshot(
        workspace, "select sum(rows_read), sum(rows_loaded), sum(amount_read), sum(amount_loaded) from ops.batches"
    )
    assert (rows_read, rows_loaded) == (180, 180)
    assert amount_read == amount_loaded == 1_107_000
    assert "raw" not in [name for (name, *_) in snapshot(workspace, "describe ops.rejects")]
    unsaid = "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    assert snapshot(workspace, unsaid) == []


@pytest.mark.usefixtures("published")
def test_a_run_shows_its_batches_checks_and_lists_as_artifacts_without_names() -> None:
    with get_client(sync_client=True) as client:
        shown = {artifact.key: artifact.data for artifact in client.read_artifacts()}
    assert set(shown) >= {"batches", "checks", "lists"}
    text = str(shown)
    assert "receipts_202203.csv" in text
    assert "ytd_top50" in text
    assert "F11" not in text


def test_the_next_week_carries_orders_over_and_issues_none_without_new_receipts(after_april: Workspace) -> None:
    run_week(after_april, date(2022, 4, 11))
    orders = read_csv(after_april.out_of(date(2022, 4, 11)) / "work_orders.csv")
    assert [row["工单编号"] for row in orders] == [f"M2022W14-{number:04d}" for number in (1, 2, 3, 4)]
    [first, *_] = read_csv(after_april.out_of(date(2022, 4, 11)) / "lists" / "ytd_top50.csv")
    assert (first["上期名次"], first["在榜周数"]) == ("1", "2")


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


def test_a_file_that_fits_no_contract_is_quarantined_listed_every_week_and_the_run_goes_on(
    workspace: Workspace,
) -> None:
    (workspace.landing / "notes.csv").write_text("hello,world\n1,2\n", "utf-8")
    (workspace.landing / "receipts_202112_wrong.csv").write_text("code,value\n1,2\n", "utf-8")
    for day in (APRIL, date(2022, 4, 11)):
        entry = run_week(workspace, day)
        assert entry["status"] == "done"
        [first, second] = entry["quarantined"]
        assert "notes.csv" in first
        assert "no contract" in first
        assert "receipts_202112_wrong.csv" in second
        assert "monthly" in second


def test_a_batch_that_fails_its_own_gate_is_quarantined_and_tried_again_when_its_contract_changes(
    workspace: Workspace,
) -> None:
    bad = tuple(f"B{number:02d},bad,2022-03,not money" for number in range(20))
    land(workspace, date(2022, 3, 1), name="receipts_202203_20.csv", lines=bad)
    entry = run_week(workspace, APRIL)
    assert entry["status"] == "done"
    assert entry["quarantined"] == [], "it was read; its gate refused it"
    assert [line for line in run_week(workspace, APRIL)["quarantined"] if "rejected_share" in line]
    assert snapshot(workspace, "select count(*) from ops.batches where status = 'quarantined'") == [(1,)]
    path = workspace.contracts / "monthly.toml"
    path.write_text(path.read_text("utf-8").replace("max_rejected_share = 0.4", "max_rejected_share = 0.9"), "utf-8")
    assert run_week(workspace, APRIL)["quarantined"] == []
    assert snapshot(workspace, "select count(*) from ops.rejects where reason = 'BAD_AMOUNT'") == [(40,)]


def test_a_month_owed_refuses_the_run_and_leaves_what_was_published(after_april: Workspace) -> None:
    before = published_bytes(after_april)
    with pytest.raises(GateRefusedError, match=r"monthly 2022-04"):
        run_week(after_april, date(2022, 5, 16))
    assert published_bytes(after_april) == before
    journals = sorted(after_april.runs.glob("*.json"))
    refused = json.loads(journals[-1].read_text("utf-8"))
    assert (refused["status"], refused["exit_status"]) == ("refused", 3)
    assert "hint" in refused["error"]


def test_an_older_as_of_is_a_replay_that_publishes_and_issues_nothing(after_april: Workspace) -> None:
    latest = (after_april.published / "latest.json").read_bytes()
    entry = run_week(after_april, date(2022, 3, 7))
    assert entry["replay"] is True
    assert (
        json.loads((after_april.out_of(date(2022, 3, 7)) / "manifest.json").read_text("utf-8"))["run"]["replay"] is True
    )
    assert (after_april.published / "latest.json").read_bytes() == latest
    assert snapshot(after_april, "select distinct as_of_date from marts.drop_lists") == [(APRIL,)]


def test_a_wrong_contract_is_refused_before_any_file_is_read(workspace: Workspace) -> None:
    path = workspace.contracts / "monthly.toml"
    path.write_text(path.read_text("utf-8").replace("within_file", "within_fil"), "utf-8")
    with pytest.raises(ContractError, match="did you mean 'within_file'"):
        run_week(workspace, APRIL)
    assert not workspace.warehouse.exists()


def journals(workspace: Workspace) -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(workspace.runs.glob("*.json"))]


def test_a_batch_that_loses_money_refuses_every_run_until_the_fault_is_mended(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        lossy = batch_metrics.BATCH_METRICS.replace("coalesce(amounts.money_unaccounted, 0)", "1 / batches.batch_id")
        patch.setattr(batch_metrics, "BATCH_METRICS", lossy)
        for _ in range(2):
            with pytest.raises(GateRefusedError, match=r"not accounted for[^$]*receipts_202101\.csv"):
                run_week(workspace, APRIL)
    assert not workspace.published.exists() or not list(workspace.published.iterdir())
    assert run_week(workspace, APRIL)["status"] == "done"
    assert snapshot(workspace, "select status, count(*) from ops.batches group by all") == [("accepted", 15)]


def test_a_run_that_finds_the_lock_held_is_journaled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "exclusive", partial(exclusive, wait_seconds=0.2))
    with exclusive(workspace.lock, "purge"), pytest.raises(LockHeldError):
        run_week(workspace, APRIL)
    [entry] = journals(workspace)
    assert (entry["status"], entry["exit_status"], entry["error"]["kind"]) == ("refused", 1, "LockHeldError")
    assert entry["seconds"] == {}


def test_an_unexpected_error_is_journaled_by_its_place_and_without_its_message(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("某某公司 91110109MA00GT10X0")

    monkeypatch.setattr(ingestion, "scan", broken)
    with pytest.raises(UnexpectedError, match="unexpected ValueError") as raised:
        run_week(workspace, APRIL)
    [entry] = journals(workspace)
    assert (entry["status"], entry["exit_status"]) == ("failed", 1)
    assert re.fullmatch(r"ingestion\.py:\d+", entry["error"]["where"])
    assert entry["error"]["what"] == "unexpected ValueError"
    with get_client(sync_client=True) as client:
        kept = [run.state.message or "" for run in (*client.read_flow_runs(), *client.read_task_runs()) if run.state]
    assert any("unexpected ValueError" in message for message in kept)
    assert not any("某某公司" in text for text in (str(raised.value), json.dumps(entry), *kept))


def test_a_run_that_is_killed_is_shown_as_interrupted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(ingestion, "scan", lambda *_: told.append(journals(workspace)[0]) or ())
    with pytest.raises(GateRefusedError):
        run_week(workspace, APRIL)
    assert told[0]["as_of"] == "2022-04-04"
    assert "status" not in told[0], "`mainstay status` calls a run without one interrupted"


def test_publishing_is_tried_again_where_a_share_was_away(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    swapped: list[Path] = []
    swap_in = publishing.swap_in

    def away_once(written: Path, final: Path) -> None:
        swapped.append(written)
        swap_in(written, final)
        if len(swapped) == 1:
            raise OSError("the share is away")

    monkeypatch.setattr(publishing, "swap_in", away_once)
    entry = run_week(workspace, APRIL)
    assert (entry["status"], len(swapped)) == ("done", 2)
    assert (workspace.out_of(APRIL) / "work_orders.csv").exists()
    assert snapshot(workspace, "select count(*) from ops.runs") == [(1,)]


def test_a_second_run_says_who_holds_the_lock(workspace: Workspace) -> None:
    with (
        exclusive(workspace.lock, "weekly run as of 2022-04-04"),
        pytest.raises(LockHeldError, match="weekly run as of 2022-04-04"),
        exclusive(workspace.lock, "purge", wait_seconds=0.2),
    ):
        pytest.fail("two held the lock")
