"""Workspaces that several tests start from: each is made once a run, and copied."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.running import run_week
from mainstay.settings import Workspace
from tests.end_to_end.command_line import typed
from tests.end_to_end.simulated_park import make_park
from tests.end_to_end.small_office import APRIL, office
from tests.plain_flows import plain_flows


def copied(workspace: Workspace, home: Path) -> Workspace:
    """A workspace of one's own that is the same."""
    shutil.copytree(workspace.home, home, symlinks=True)
    return Workspace(home)


@pytest.fixture(scope="session")
def published(once_a_run: Callable[[str, Callable[[Path], None]], Path]) -> Workspace:
    """The small office after its first week; to be read and copied, not to be worked in."""

    def make(home: Path) -> None:
        with plain_flows():
            assert run_week(office(home), APRIL)["status"] == "done"

    return Workspace(once_a_run("published-office", make))


@pytest.fixture
def after_april(published: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small office after its first week."""
    return copied(published, tmp_path / "office")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The small office before its first week."""
    return office(tmp_path / "office")


@pytest.fixture(scope="session")
def park(once_a_run: Callable[[str, Callable[[Path], None]], Path]) -> Workspace:
    """The simulated park after its week; to be read and copied, not to be worked in."""
    return Workspace(once_a_run("simulated-park", lambda home: make_park(Workspace(home))))


@pytest.fixture(scope="session")
def trained_park(once_a_run: Callable[[str, Callable[[Path], None]], Path]) -> Workspace:
    """Receipts and refunds of January 2021 to July 2022, trained on as of the end of May; to be copied."""

    def make(home: Path) -> None:
        workspace = Workspace(home)
        assert typed(home, "simulate", "--enterprises", "150", "--months", "24") == 0
        for path in workspace.landing.rglob("*"):
            month = path.relative_to(workspace.landing).parts[0]
            if path.is_file() and (month > "2022-07" or not ("入库" in path.name or "退库" in path.name)):
                path.unlink()
        with workspace.settings_file.open("a", encoding="utf-8") as settings:
            settings.write("\n[models]\nmin_events = 20\n")
        with plain_flows():
            assert typed(home, "train", "--as-of", "2022-06-13") == 0

    return Workspace(once_a_run("trained-park", make))
