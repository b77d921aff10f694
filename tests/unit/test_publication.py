"""Publishing: atomic, and only the last few snapshots stay."""

from datetime import date
from pathlib import Path

from mainstay.settings import Workspace
from mainstay.warehouse.publication import discard_all, is_replay, latest, publish

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


def test_what_an_interrupted_run_left_is_swept_away(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.published.mkdir()
    left = workspace.candidate("r1")
    left.write_bytes(b"half")
    discard_all(workspace)
    assert not left.exists()
