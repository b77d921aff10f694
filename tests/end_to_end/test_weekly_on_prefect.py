"""What only Prefect does to a week: it tries again, shows tables, keeps errors. Few: its server is slow to start."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from mainstay.errors import UnexpectedError
from mainstay.running import run_week
from mainstay.settings import Workspace
from mainstay.week import execution, ingestion, publishing
from tests.end_to_end.small_office import APRIL, journals, office, snapshot, week_files

pytestmark = pytest.mark.usefixtures("prefect_server")


@dataclass(frozen=True)
class Tried:
    """A week of the small office that found the share away when it published, and what it did."""

    workspace: Workspace
    entry: dict[str, Any]
    swapped: list[Path]


@pytest.fixture(scope="module")
def tried_again(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Run it; the next try comes at once."""
    swapped: list[Path] = []
    swap_in = publishing.swap_in

    def away_once(written: Path, final: Path) -> None:
        swapped.append(written)
        swap_in(written, final)
        if len(swapped) == 1:
            raise OSError("the share is away")

    workspace = office(tmp_path_factory.mktemp("tried") / "office")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(execution.RETRY_IO, "retry_delay_seconds", [0.1, 0.1])
        patch.setattr(publishing, "swap_in", away_once)
        return Tried(workspace, run_week(workspace, APRIL), swapped)


def test_publishing_is_tried_again_where_a_share_was_away(tried_again: Tried) -> None:
    assert (tried_again.entry["status"], len(tried_again.swapped)) == ("done", 2)
    assert snapshot(tried_again.workspace, "select count(*) from ops.runs") == [(1,)]


def test_prefect_changes_nothing_of_what_people_receive(tried_again: Tried, published: Workspace) -> None:
    on_prefect, plain = week_files(tried_again.workspace), week_files(published)
    contents = [json.loads(files.pop("manifest.json"))["content"] for files in (on_prefect, plain)]
    assert on_prefect == plain
    assert contents[0] == contents[1]


@pytest.mark.usefixtures("tried_again")
def test_a_run_shows_its_batches_checks_and_lists_as_artifacts_without_names() -> None:
    with get_client(sync_client=True) as client:
        shown = [(artifact.key, artifact.data) for artifact in client.read_artifacts()]  # of other tests' runs, too
    assert {key for key, _ in shown} >= {"batches", "checks", "lists"}
    text = str(shown)
    assert "receipts_202203.csv" in text
    assert "ytd_top50" in text
    assert "F11" not in text


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
