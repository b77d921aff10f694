"""The commands as an operator types them: exit status, what goes where, no stack trace."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mainstay import cli
from mainstay.errors import UsageError
from mainstay.extracts.targets import TARGETS
from mainstay.settings import Workspace
from mainstay.simulate import DISTRICT_AUTHORITY_WORDS
from tests.end_to_end.command_line import typed
from tests.end_to_end.simulated_park import AS_OF
from tests.end_to_end.small_office import journals

Captured = pytest.CaptureFixture[str]


def test_contract_schema_prints_every_target_and_field(capsys: Captured) -> None:
    assert typed(None, "contract", "schema") == 0
    told = capsys.readouterr().out
    assert all(f"\n{target.name}: " in told for target in TARGETS.values())
    assert all(f"  {field.name} " in told for target in TARGETS.values() for field in target.fields)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("weekly", "--as-of", "05.09.2016"), "write it as 2026-01-05"),
        (("weekly", "--as-of", "2999-01-07"), "leave --as-of out"),
        (("weekly",), "no landing folder"),
        (("weekli",), "No such command"),
        (("weekly", "--as-off", "2016-09-05"), "No such option"),
    ],
)
def test_wrong_use_is_status_2_with_a_hint(capsys: Captured, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    assert typed(tmp_path, *words) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_status_of_an_empty_workspace_says_so(capsys: Captured, tmp_path: Path) -> None:
    assert typed(tmp_path, "status") == 0
    assert "nothing yet" in capsys.readouterr().out


def test_status_shows_what_it_can_where_a_manifest_or_a_journal_cannot_be_read(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for folder in (workspace.runs, workspace.published):
        folder.mkdir(parents=True)
    (workspace.published / "latest.json").write_text('{"run_id": "r2", "as_of": "2022-06-06"}', "utf-8")
    (workspace.runs / "r1.json").write_text('{"run_id": "r1", "as_of": "2022-05-30", "status": "done"}', "utf-8")
    (workspace.runs / "r2.json").write_text('{"run_id": "r2", "as_', "utf-8")
    now = datetime(2022, 6, 8, tzinfo=UTC)
    manifest = workspace.out_of(date(2022, 6, 6)) / "manifest.json"
    for text in (None, "half a manif", "[]", '{"content": {"data": []}}'):
        if text is not None:
            manifest.parent.mkdir(exist_ok=True)
            manifest.write_text(text, "utf-8")
        told = cli._status_of(workspace, now)
        assert told["published"] == {"run_id": "r2", "as_of": "2022-06-06", "data_until": None}
        assert [(run["run_id"], run["status"]) for run in told["runs"]] == [("r2", "unreadable"), ("r1", "done")]


def test_today_in_shanghai_is_no_day_to_come() -> None:
    today = date(2022, 6, 6)
    assert cli._parse_day("2022-06-06", today) == today
    with pytest.raises(UsageError, match="in the future"):
        cli._parse_day("2022-06-07", today)


def test_missed_mondays_are_those_after_the_last_published_week() -> None:
    assert cli._missed_weeks(date(2022, 6, 6), date(2022, 6, 20)) == ["2022-06-13", "2022-06-20"]
    assert cli._missed_weeks(date(2022, 6, 6), date(2022, 6, 12)) == []


def test_the_commands_simulate_a_park_and_publish_a_week_of_it(park: Workspace, capsys: Captured) -> None:
    assert park.settings().outbound.district_authorities == DISTRICT_AUTHORITY_WORDS
    manifest = json.loads((park.home / "weekly.json").read_text("utf-8"))
    assert manifest["content"]["as_of_date"] == str(AS_OF)
    assert manifest["content"]["simulated"] is True
    assert park.out_of(AS_OF).exists()
    assert typed(park.home, "simulate") == 2, "a landing folder with files in it is not overwritten"
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.usefixtures("without_prefect")
def test_a_month_owed_refuses_the_run_and_leaves_what_was_published(after_april: Workspace, capsys: Captured) -> None:
    def published() -> dict[Path, bytes]:
        folders = (after_april.published, after_april.out)
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {path: path.read_bytes() for path in files if after_april.runs not in path.parents}

    before = published()
    assert typed(after_april.home, "weekly", "--as-of", "2022-05-16") == 3
    refused = capsys.readouterr()
    assert "monthly 2022-04" in refused.err
    assert "hint:" in refused.err
    assert "Traceback" not in refused.err
    assert published() == before
    entry = journals(after_april)[-1]
    assert (entry["status"], entry["exit_status"]) == ("refused", 3)
    assert "hint" in entry["error"]

    assert typed(after_april.home, "status", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["published"]["as_of"] == "2022-04-04"
    assert [run["status"] for run in told["runs"]] == ["refused", "done"]


def test_an_unexpected_error_names_its_place_and_no_data(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("某某公司 91110109MA00GT10X0")

    monkeypatch.setattr(cli, "_status_of", broken)
    assert typed(tmp_path, "status") == 1
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "某某公司" not in told
