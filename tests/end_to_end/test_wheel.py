"""The wheel alone is enough: built, unpacked elsewhere, and run in an empty folder with an empty home."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # In this environment and without the network: hatchling is one of the locked dependencies.
    run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    install = [
        "install",
        "--no-deps",
        "--no-index",
        "--no-compile",
        "--quiet",
        "--target",
        str(folder),
        str(wheel),
    ]
    run([sys.executable, "-m", "pip", "--disable-pip-version-check", *install], cwd=folder)
    return folder


def run(command: list[str], *, cwd: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MAINSTAY_"))}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-4000:]}"
    return done.stdout


def test_the_wheel_holds_every_file_of_the_shipped_folders(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"mainstay/_shipped/{path.relative_to(ROOT).as_posix()}"
        for folder in ("flows", "sql", "seeds")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert "mainstay/_shipped/flows/weekly.py" in wanted
    assert "mainstay/_shipped/seeds/contracts/receipts.toml" in wanted
    assert wanted <= names


def test_the_wheel_holds_no_tests_and_no_data(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mainstay"}


def test_the_installed_wheel_finds_its_own_folders_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "from mainstay.resources import shipped; print(shipped('flows'), shipped('sql'), shipped('seeds'))"
    found = run([sys.executable, "-c", code], cwd=tmp_path, PYTHONPATH=str(installed)).split()
    assert found == [str(installed / "mainstay" / "_shipped" / name) for name in ("flows", "sql", "seeds")]


def test_the_demo_runs_from_the_wheel_in_an_empty_folder_with_an_empty_home(
    installed: Path, prefect_database: Path, tmp_path: Path
) -> None:
    database = shutil.copy(prefect_database, tmp_path)
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    told = run(
        [sys.executable, "-m", "mainstay", "demo", "--weeks", "3"],
        cwd=here,
        HOME=str(home),
        XDG_CACHE_HOME=str(home / "cache"),
        PYTHONPATH=str(installed),
        PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{database}",
    )
    assert len(list(here.rglob("out/*/work_orders.csv"))) == 3
    assert re.search(r"moved out +│ ([1-9]\d*) of \1 ", told), told
    assert re.search(r"pages filled [1-9]\d*, .* with an error [1-9]\d*; corrected [1-9]", told), told
    assert list(here.rglob("review/*.xlsx"))
    assert list(home.iterdir()) == [], "mainstay wrote into the home of the user"
