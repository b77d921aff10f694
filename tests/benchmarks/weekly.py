"""Wall time and peak memory of the weekly run, as whole processes, with Prefect's start and imports shown apart.

`make bench`. Texas: 24 real extracts (where they are at hand) loaded at once, then one more file a week later. Park: 36
simulated months of 3,500 firms at once, then one more. Single runs on a shared machine: quote orders of magnitude.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mainstay.demo import mark_simulated
from mainstay.settings import Workspace
from mainstay.simulate import Park

HERE = Path(__file__).resolve().parent
REALDATA = Path(os.environ.get("MAINSTAY_REALDATA") or HERE.parents[1].parent / "shared" / "realdata")
CHECKS = ("check_batches", "gate")
WORK = ("ingest", "build", "explain", "register", "score", "order", "export", "send_back", "record", "publish")


@dataclass(frozen=True)
class Measured:
    """One whole `mainstay weekly` process."""

    wall: float
    peak_mib: float
    flow: float
    seconds: dict[str, float]

    def __str__(self) -> str:
        """One line, seconds and MiB."""
        checks = sum(self.seconds[name] for name in CHECKS)
        share = checks / (self.seconds["ingest"] + self.seconds["build"])
        steps = ", ".join(f"{name} {self.seconds[name]:.1f}" for name in (*WORK, *CHECKS))
        return (
            f"wall {self.wall:.1f} s, peak {self.peak_mib:.0f} MiB\n"
            f"    Prefect's start, imports and exit {self.wall - self.flow:.1f} s, flow {self.flow:.1f} s ({steps})\n"
            f"    checks / (ingest + build) {share:.0%}"
        )


def weekly(workspace: Workspace, as_of: date) -> Measured:
    """Run one week as an operator does, and read its journal."""
    command = [sys.executable, "-m", "mainstay", "--home", str(workspace.home), "weekly", "--as-of", str(as_of)]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status:
        raise SystemExit(told)
    journal = json.loads(max(workspace.runs.glob("*.json")).read_text("utf-8"))
    started, finished = (datetime.fromisoformat(journal[name]) for name in ("started_at", "finished_at"))
    return Measured(wall, usage.ru_maxrss / 1024, (finished - started).total_seconds(), journal["seconds"])


def imports() -> None:
    """Show what the heavy libraries cost by themselves, with byte code in place."""
    for module in ("prefect", "great_expectations", "duckdb", "polars"):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
        print(f"import {module}: {time.perf_counter() - begun:.1f} s")


@contextmanager
def fresh(name: str) -> Iterator[Workspace]:
    """Make a workspace that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"mainstay-bench-{name}-") as folder:
        yield Workspace(Path(folder) / "office")


def texas() -> None:
    """Load all real extracts at once; and all but the last, then that one."""
    extracts = sorted((REALDATA / "tx_mixed_beverage").glob("MIXEDBEV_*.CSV"))
    if not extracts:
        print("texas: the real extracts are not here (MAINSTAY_REALDATA names their folder)")
        return
    last = next(path for path in extracts if path.name == "MIXEDBEV_08_2016.CSV")
    with fresh("texas") as workspace:
        _texas_office(workspace, extracts)
        print(f"texas, first load of 24 files: {weekly(workspace, date(2016, 9, 5))}")
    with fresh("texas") as workspace:
        _texas_office(workspace, [path for path in extracts if path != last])
        weekly(workspace, date(2016, 8, 8))
        shutil.copy(last, workspace.landing)
        print(f"texas, one more file: {weekly(workspace, date(2016, 9, 5))}")


def _texas_office(workspace: Workspace, extracts: list[Path]) -> None:
    shutil.copytree(HERE.parent / "realdata" / "texas", workspace.home)
    workspace.landing.mkdir()
    for path in extracts:
        shutil.copy(path, workspace.landing)


def park() -> None:
    """Load 36 simulated months of 3,500 enterprises at once, then one more."""
    begun = time.perf_counter()
    simulated = Park(enterprises=3500, seed=7, first_month=date(2020, 1, 1), months=37)
    with fresh("park") as workspace:
        mark_simulated(workspace)
        for month in simulated.months[:-1]:
            simulated.write_month(workspace.landing / f"{month:%Y-%m}", month)
        files = sum(path.is_file() for path in workspace.landing.rglob("*"))
        print(f"park of 3,500 firms, 36 months in {files} files, written in {time.perf_counter() - begun:.1f} s")
        print(f"park, first load of 36 months: {weekly(workspace, date(2023, 1, 16))}")
        simulated.write_month(workspace.landing / "2023-01", simulated.months[-1])
        print(f"park, one more month: {weekly(workspace, date(2023, 2, 13))}")


if __name__ == "__main__":
    imports()
    texas()
    park()
