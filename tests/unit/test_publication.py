"""Publishing: atomic, and only the last few snapshots stay."""

from datetime import date
from pathlib import Path

import pytest

from mainstay.report.week import swap_in
from mainstay.settings import Workspace
from mainstay.warehouse.publication import discard_all, first_open_day, is_replay, latest, publish

DAY = date(2022, 4, 4)


def published(workspace: Workspace, run_id: str, day: date = DAY, keep: int = 4) -> None:
    candidate = workspace.candidate(run_id)
    candidate.parent.mkdir(parents=True, exist_ok=True)
    candidate.write_bytes(run_id.encode())
    publish(workspace, candidate, as_of=day, run_id=run_id, keep=keep)


def test_latest_points_at_the_newest_snapshot_and_says_its_run(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    published(workspace, "r1")
    published(workspace, "r2")
    stated = latest(workspace)
    assert stated is not None
    assert (stated.run_id, stated.as_of, stated.file) == ("r2", DAY, "2022-04-04-r2.duckdb")
    assert workspace.latest.is_symlink()
    assert workspace.latest.read_bytes() == b"r2"


def test_only_the_last_four_snapshots_stay(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for number in range(6):
        published(workspace, f"r{number}")
    assert sorted(path.name for path in workspace.published.glob("2022*")) == [
        f"2022-04-04-r{number}.duckdb" for number in (2, 3, 4, 5)
    ]


def test_a_reader_of_the_old_snapshot_keeps_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    published(workspace, "r1")
    with workspace.latest.open("rb") as reader:
        published(workspace, "r2", keep=1)
        assert reader.read() == b"r1"


def test_an_as_of_older_than_the_last_published_one_is_a_replay(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not is_replay(workspace, DAY)
    published(workspace, "r1")
    assert not is_replay(workspace, DAY)
    assert is_replay(workspace, date(2022, 4, 3))


def test_what_is_published_stands_and_the_day_after_it_is_open(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert first_open_day(workspace) == date.min
    published(workspace, "r1")
    assert first_open_day(workspace) == date(2022, 4, 5)


def test_publishing_again_after_any_step_that_failed_gives_the_same_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Workspace(tmp_path / "whole")
    published(whole, "r1")
    for step in ("replace", "symlink_to", "chmod"):
        workspace = Workspace(tmp_path / step)
        with monkeypatch.context() as patch:
            break_last_call(patch, step)
            with pytest.raises(OSError, match="share is away"):
                published(workspace, "r1")
        publish(workspace, workspace.candidate("r1"), as_of=DAY, run_id="r1", keep=4)
        publish(workspace, workspace.candidate("r1"), as_of=DAY, run_id="r1", keep=4)
        assert latest(workspace) == latest(whole)
        assert workspace.latest.read_bytes() == b"r1"
        names = {path.name for path in workspace.published.iterdir()}
        assert names == {path.name for path in whole.published.iterdir()}


def break_last_call(patch: pytest.MonkeyPatch, step: str) -> None:
    """Let a method of Path do its work and then fail, as a share does that goes away."""
    done = getattr(Path, step)

    def fails(self: Path, *args: object) -> None:
        done(self, *args)
        raise OSError("the share is away")

    patch.setattr(Path, step, fails)


def test_a_candidate_that_is_nowhere_is_not_published(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.published.mkdir()
    with pytest.raises(FileNotFoundError):
        publish(workspace, workspace.candidate("r1"), as_of=DAY, run_id="r1", keep=4)
    assert latest(workspace) is None


def test_a_folder_is_swapped_in_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    written, final = tmp_path / ".2022-04-04-r2", tmp_path / "2022-04-04"
    for folder, text in ((final, "old"), (written, "new")):
        folder.mkdir()
        (folder / "work_orders.csv").write_text(text, "utf-8")
    for _ in range(2):
        swap_in(written, final)
        assert (final / "work_orders.csv").read_text("utf-8") == "new"
        assert list(tmp_path.iterdir()) == [final]


def test_a_swap_that_failed_half_way_is_completed_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, final = tmp_path / ".2022-04-04-r2", tmp_path / "2022-04-04"
    for folder in (final, written):
        folder.mkdir()
    with monkeypatch.context() as patch:
        break_last_call(patch, "replace")
        with pytest.raises(OSError, match="share is away"):
            swap_in(written, final)
    assert not final.exists()
    swap_in(written, final)
    assert list(tmp_path.iterdir()) == [final]


def test_a_week_that_was_never_written_is_not_swapped_in(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        swap_in(tmp_path / ".2022-04-04-r2", tmp_path / "2022-04-04")


def test_what_an_interrupted_run_left_is_swept_away(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.published.mkdir()
    left = workspace.candidate("r1")
    left.write_bytes(b"half")
    discard_all(workspace)
    assert not left.exists()
