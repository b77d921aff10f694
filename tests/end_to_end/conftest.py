"""Workspaces that several tests start from: each is made once a run, and copied."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.running import run_week
from mainstay.settings import Workspace
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
