"""Files of landing/ while somebody else changes them: each is read exactly, or put aside by name until the next run."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from mainstay.extracts.extract import Delivery, Extract
from mainstay.extracts.landing import Quarantined, read_each, scan, sort_out
from mainstay.settings import Workspace
from mainstay.week import ingestion
from mainstay.week.ingestion import check_batches, ingest
from mainstay.week.run import Run
from tests.unit.extracts.samples import contract

CONTRACT = contract(
    [
        {"field": "source_id", "headings": ["id"]},
        {"field": "month", "headings": ["month"]},
        {"field": "amount", "level": "local", "headings": ["amount"]},
    ],
    match={"files": ["*.csv"]},
)
HEADINGS, FIRST, SECOND = "id,month,amount\n", "F01,2022-03,1.00\n", "F02,2022-03,2.00\n"
NOTHING_KNOWN = pl.DataFrame(schema={"sha256": pl.String})
Change = Callable[[Path], object]


def grow(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(SECOND)


def replace(path: Path) -> None:
    later = path.with_name(".later")
    later.write_text(HEADINGS + SECOND, "utf-8")
    later.replace(path)


def read_while(
    landing: Path, before_match: Change, before_read: Change
) -> tuple[list[tuple[Delivery, Extract]], list[Quarantined]]:
    """Read landing/ as a run does, and change `changing.csv` meanwhile."""
    files = scan(landing, ())
    before_match(landing / "changing.csv")
    deliveries, refused = sort_out(files, (CONTRACT,), NOTHING_KNOWN, date(2022, 4, 4))
    before_read(landing / "changing.csv")
    quarantined = list(refused)
    return list(read_each(deliveries, quarantined)), quarantined


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """Two files of which one will change."""
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "changing.csv").write_text(HEADINGS + FIRST, "utf-8")
    (folder / "still.csv").write_text(HEADINGS + FIRST.replace("F01", "F09"), "utf-8")
    return folder


def leave(_: Path) -> None:
    """Nobody touches the file."""


@pytest.mark.parametrize(("change", "reason"), [(grow, "changed"), (replace, "changed"), (Path.unlink, "no longer")])
@pytest.mark.parametrize("is_matched", [False, True], ids=["before it is matched", "before it is read"])
def test_a_file_that_changes_in_a_run_is_put_aside_by_name_and_the_others_are_read(
    landing: Path, change: Change, reason: str, *, is_matched: bool
) -> None:
    changes = (leave, change) if is_matched else (change, leave)
    extracts, quarantined = read_while(landing, *changes)
    assert [delivery.file.name for delivery, _ in extracts] == ["still.csv"]
    [one] = quarantined
    assert (one.file, reason in one.reason) == ("changing.csv", True)


def test_a_file_that_was_put_aside_is_read_as_it_is_in_the_next_run(landing: Path) -> None:
    read_while(landing, grow, leave)
    extracts, quarantined = read_while(landing, leave, leave)
    assert quarantined == []
    assert {delivery.file.name: extract.rows.height for delivery, extract in extracts} == {
        "changing.csv": 2,
        "still.csv": 1,
    }


def test_a_file_that_is_moved_away_while_the_folder_is_listed_is_not_there(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (landing / "moved.csv").symlink_to(landing / "nowhere.csv")
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    assert [file.name for file in scan(landing, ())] == ["changing.csv", "still.csv"]


def test_a_file_that_is_still_being_copied_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    workspace.landing.mkdir()
    workspace.contracts.mkdir()
    (workspace.contracts / "increments.toml").write_text(INCREMENTS, "utf-8")
    workspace.settings_file.write_text("[contracts]\nbuilt_in = []\n", "utf-8")
    copied = workspace.landing / "changing.csv"
    copied.write_text(HEADINGS + FIRST, "utf-8")

    def load(name: str) -> dict[str, list[str]]:
        run = Run(workspace, date(2022, 4, 4), name, datetime.now(UTC))
        journalled = ingest(run)
        check_batches(run)
        return journalled

    with monkeypatch.context() as patch:
        patch.setattr(ingestion, "scan", lambda *asked: (scan(*asked), grow(copied))[0])
        [line] = load("first")["quarantined"]
        assert line.startswith("changing.csv: ")
    for name in ("second", "third"):
        assert load(name) == {"quarantined": []}
    run = Run(workspace, date(2022, 4, 4), "look", datetime.now(UTC))
    with run.warehouse(marts=False) as warehouse:
        [batch] = warehouse.query("select sha256, amount_loaded, status from ops.batches").rows()
    assert batch == (sha256(copied.read_bytes()).hexdigest(), 3, "accepted")


INCREMENTS = """
name = "increments"
target = "receipts"
title = "increments"
legal_basis = "agreement"
agreement_id = "A-1"
expires_on = 2099-12-31
delivery = "increment"
across_files = "add"

[match]
files = ["*.csv"]

[knowledge]
from = "file_time"
accept_file_time = true

[[columns]]
field = "source_id"
headings = ["id"]

[[columns]]
field = "month"
headings = ["month"]

[[columns]]
field = "amount"
level = "local"
headings = ["amount"]
"""
