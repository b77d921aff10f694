"""Where the real extracts are, and a workspace for them; without them these tests skip and say so."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.settings import Workspace

HERE = Path(__file__).parent
REALDATA = Path(os.environ.get("MAINSTAY_REALDATA") or HERE.parents[1].parent / "shared" / "realdata")


@pytest.fixture(scope="session")
def texas_extracts() -> list[Path]:
    """The 24 monthly extracts, by name."""
    files = sorted((REALDATA / "tx_mixed_beverage").glob("MIXEDBEV_*.CSV"))
    if len(files) != 24:
        pytest.skip("the real extracts are not here (MAINSTAY_REALDATA names their folder)")
    return files


@pytest.fixture(scope="session")
def texas_workspace(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Path]], Workspace]:
    """Makes a fresh workspace with the given extracts in its landing folder."""

    def make(extracts: list[Path]) -> Workspace:
        workspace = Workspace(tmp_path_factory.mktemp("texas") / "office")
        shutil.copytree(HERE / "texas", workspace.home)
        workspace.landing.mkdir()
        for extract in extracts:
            shutil.copy(extract, workspace.landing / extract.name)
        return workspace

    return make
