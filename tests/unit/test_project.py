import importlib
import socket
import subprocess
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import project_files

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
DEV = [entry for entry in PROJECT["dependency-groups"]["dev"] if isinstance(entry, str)]
BUILD = PROJECT["dependency-groups"]["build"]

ONE_PIN = f"""\
# A comment.
duckdb==2.0.0 \\
    --hash=sha256:{"0" * 64} \\
    --hash=sha256:{"a" * 64}
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:{"1" * 64}
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:{"2" * 64}
"""


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_no_file_in_git_names_an_index_or_a_path_of_one_machine() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = project_files.tracked(listing, ROOT)
    assert len(files) > 5
    assert [
        problem
        for path in files
        for problem in project_files.foreign_names(
            path.read_text("utf-8", errors="replace"), path.relative_to(ROOT).as_posix()
        )
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "--extra-inde" + "x-url https://example.org",
        "pip install --find-link" + "s wheels x",
        "https://mirror.example.org/py/simpl" + "e/duckdb/",
        "see https://py" + "pi.org/project/duckdb",
        "files.python" + "hosted.org",
        "cd /roo" + "t/project",
        "path = '/hom" + "e/anna/mainstay'",
        "fil" + "e:///srv/wheels",
    ],
)
def test_a_planted_address_or_path_is_found(line: str) -> None:
    assert project_files.foreign_names(f"first\n{line}\n", "README.md") != []


@pytest.mark.parametrize(
    "line",
    ["https://www.gov.cn/zhengce/home/x.htm", "data/home/x", "a simple list", "$(HOME)/elsewhere/x", "src/opt/x"],
)
def test_an_ordinary_address_or_relative_path_is_allowed(line: str) -> None:
    assert project_files.foreign_names(line, "README.md") == []


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-dev.txt"])
def test_a_lock_holds_nothing_but_pins_with_hashes(name: str) -> None:
    assert len(project_files.pins(text(name))) > 50
    assert project_files.lock_violations(text(name)) == []


def test_pins_are_read_with_their_markers() -> None:
    assert project_files.pins(ONE_PIN) == {"duckdb": {"2.0.0"}, "numpy": {"2.4.6", "2.5.5"}}
    assert project_files.lock_violations(ONE_PIN) == []


@pytest.mark.parametrize(
    "planted",
    [
        "polars==2.1.0\n",
        "polars>=2.1 \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "polars==2.1.0 \\\n    --hash=md5:" + "0" * 32 + "\n",
        "polars @ https://example.org/polars.whl \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "--no-binary :all:\n",
    ],
)
def test_what_is_no_pin_with_hashes_is_found_in_a_lock(planted: str) -> None:
    assert project_files.lock_violations(ONE_PIN + planted) != []


def test_the_locks_pin_every_dependency_within_its_bounds() -> None:
    assert project_files.unmet(RUNTIME + BUILD, project_files.pins(text("constraints.txt"))) == []
    assert project_files.unmet(RUNTIME + BUILD + DEV, project_files.pins(text("constraints-dev.txt"))) == []


def test_a_dependency_that_is_not_pinned_or_out_of_bounds_is_found() -> None:
    pinned = {"duckdb": {"2.0.0"}, "numpy": {"2.4.6", "2.5.5"}}
    assert project_files.unmet(["duckdb>=2,<3", "numpy>=2.4,<3"], pinned) == []
    assert len(project_files.unmet(["polars", "duckdb<2", "numpy<2.5"], pinned)) == 3


def test_the_developers_lock_holds_the_same_runtime() -> None:
    dev = project_files.pins(text("constraints-dev.txt"))
    runtime = project_files.pins(text("constraints.txt"))
    assert {name: dev.get(name) for name in runtime} == runtime


def test_every_dependency_has_bounds() -> None:
    assert project_files.unbounded(RUNTIME + DEV + BUILD) == []


def test_a_dependency_without_bounds_is_found() -> None:
    planted = ["rich", "typer>=0.20", "polars<3", "duckdb>=2,<3", "prefect==3.8.8", "tzdata>=2026.1"]
    assert project_files.unbounded(planted) == ["rich", "typer>=0.20", "polars<3"]


def test_the_decision_records_speak_of_exactly_the_runtime_dependencies() -> None:
    assert project_files.undecided(RUNTIME, text("docs/decisions.md")) == []
    assert project_files.forgotten(RUNTIME, text("docs/decisions.md")) == []


def test_a_dependency_without_a_record_and_a_record_without_a_dependency_are_found() -> None:
    decisions = "- **duckdb**: why.\n- **pandas**: why.\n"
    assert project_files.undecided(["duckdb>=2", "polars>=2"], decisions) == ["polars"]
    assert project_files.forgotten(["duckdb>=2", "polars>=2"], decisions) == ["pandas"]


def test_what_the_project_imports_is_a_declared_dependency() -> None:
    sources = [path.read_text("utf-8") for folder in ("src", "flows") for path in (ROOT / folder).rglob("*.py")]
    own = {"mainstay", "flows"}
    assert project_files.undeclared(sources, RUNTIME, own, dict(packages_distributions())) == []


def test_an_import_that_is_not_declared_is_found() -> None:
    sources = [
        "import json, duckdb\nfrom mainstay import errors\nfrom .near import x",
        "def f():\n    import pandas as pd",
    ]
    providers = {"duckdb": ["duckdb"], "pandas": ["pandas"]}
    assert project_files.undeclared(sources, ["duckdb>=2"], {"mainstay"}, providers) == ["pandas"]


def test_the_makefile_has_the_commands_that_the_readme_and_ci_use() -> None:
    wanted = {"demo", "test", "lint", "mutants", "bench", "study", "look", "clean"}
    assert wanted <= project_files.targets(text("Makefile"))
    for target in wanted:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)


def test_an_unknown_command_of_the_makefile_fails() -> None:
    assert project_files.targets(".PHONY: demo\ndemo:\n\ttrue\ntest:\n\ttrue\n") == {"demo"}
    assert subprocess.run(["make", "--dry-run", "no-such"], cwd=ROOT, capture_output=True, check=False).returncode


def test_the_command_leads_to_a_function() -> None:
    module, _, name = PROJECT["project"]["scripts"]["mainstay"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_ci_runs_lint_and_then_the_tests() -> None:
    lines = [line for line in text(".ci/run").splitlines() if line.startswith("make ")]
    assert lines == ["make lint", "make test"]


@pytest.mark.parametrize("host", ["192.0.2.1", "mirror.example.org"])
def test_a_test_cannot_reach_beyond_this_machine(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="beyond this machine"):
        socket.create_connection((host, 80), timeout=1)
