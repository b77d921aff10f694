"""Time and memory of risk features, training and scoring, by the number of enterprises; prints a table.

`python tests/benchmarks/scale_risk.py 3500 100000`: each size in a process of its own, so that the peaks are its own. A
simulated park of 24 months; features of three origins to learn from and of one to score, one date at a time.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from mainstay.demo import mark_simulated
from mainstay.risk.history import COHORTS, FEATURES, JUDGED
from mainstay.risk.model import TrainedModel
from mainstay.risk.origins import Question
from mainstay.risk.prediction_targets import COHORT, origin_cohorts
from mainstay.settings import Workspace
from mainstay.simulate import write_park
from mainstay.week.ingestion import ingest
from mainstay.week.learning import history_cache, trainer_of
from mainstay.week.run import Run

T = TypeVar("T")
FIRST_MONTH, MONTHS = date(2021, 1, 1), 24
ORIGINS = (date(2022, 2, 28), date(2022, 4, 30), date(2022, 6, 30))
SCORED = date(2022, 12, 31)
HORIZON = 6


def measure(enterprises: int) -> None:
    """Run one size and print its lines as JSON."""
    lines: list[dict[str, object]] = []

    def timed(step: str, work: Callable[[], T], of: Callable[[T], str] = lambda _: "") -> T:
        begun, before = time.perf_counter(), time.process_time()
        made = work()
        lines.append(
            {
                "step": step,
                "of": of(made),
                "seconds": time.perf_counter() - begun,
                "processor": time.process_time() - before,
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
        return made

    with tempfile.TemporaryDirectory(prefix="mainstay-scale-") as folder:
        workspace = Workspace(Path(folder) / "office")
        mark_simulated(workspace)
        write_park(
            workspace.landing, workspace.home / "truth.json",
            enterprises=enterprises, seed=1, first_month=FIRST_MONTH, months=MONTHS,
        )  # fmt: skip
        run = Run(workspace, SCORED, "scale", datetime.now(UTC))
        timed("load the extracts", lambda: ingest(run))
        with run.warehouse(marts=False) as warehouse:
            warehouse.execute("update ledger.batches set status = 'accepted' where status = 'pending'")
        with history_cache(run) as history:
            known = [
                timed(
                    f"features and cohort of {day}",
                    partial(history.past.as_known, day, [FEATURES, COHORTS], {}),
                    lambda made: f"{made[FEATURES].height:,} firms x {made[FEATURES].width - 2} features",
                )
                for day in (*ORIGINS, SCORED)
            ]
            asked = [one[COHORTS].filter(target="decline", horizon_months=HORIZON) for one in known]
            cohorts = origin_cohorts(pl.concat(asked[:-1]).match_to_schema(COHORT, extra_columns="ignore"))
            judged = timed(
                "outcomes of three origins",
                lambda: history.past.as_known(SCORED, [JUDGED], {"cohorts": cohorts})[JUDGED],
                lambda made: f"{made.height:,} rows, {made['lesson'].sum():,} events",
            )
        model = timed(
            f"training, decline, {HORIZON} months",
            lambda: trainer_of(Question("decline", HORIZON, (SCORED,)), run.settings)(
                pl.concat([one[FEATURES] for one in known[:-1]]), judged, as_of=SCORED
            ),
            lambda made: getattr(made, "version", str(made)),
        )  # fmt: skip
        if isinstance(model, TrainedModel):
            timed(
                "scoring with contributions",
                lambda: model.predict(known[-1][FEATURES], asked[-1]),
                lambda made: f"{made.height:,} firms",
            )
    print(json.dumps(lines))


def main() -> None:
    """Measure the sizes, one process each, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("enterprises", type=int, nargs="+")
    parser.add_argument("--one", action="store_true", help="measure in this process and print JSON")
    chosen = parser.parse_args()
    if chosen.one:
        measure(chosen.enterprises[0])
        return
    print("| firms | step | of | seconds | processor | peak MiB |\n|---|---|---|---|---|---|")
    for size in chosen.enterprises:
        command = [sys.executable, __file__, str(size), "--one"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for line in json.loads(done.stdout.splitlines()[-1]):
            told = f"{line['seconds']:.1f} | {line['processor']:.1f} | {line['peak_mib']:,}"
            print(f"| {size:,} | {line['step']} | {line['of']} | {told} |", flush=True)


if __name__ == "__main__":
    main()
