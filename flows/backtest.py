"""A backtest: load what is new, look at every origin as it was known, train, predict, measure, write.

It publishes and issues nothing. What each step does is in `mainstay.week`.
"""

import shutil
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from mainstay.risk.backtest_files import command
from mainstay.risk.origins import Question
from mainstay.settings import Workspace
from mainstay.week import backtesting, ingestion
from mainstay.week.execution import RETRY_IO, Journal, journalled, without_data
from mainstay.week.run import Run

ingest = task(cache_policy=NO_CACHE, **RETRY_IO)(without_data(ingestion.ingest))
check_batches = task(cache_policy=NO_CACHE)(without_data(ingestion.check_batches))
look_back = task(cache_policy=NO_CACHE)(without_data(backtesting.look_back))
predict = task(cache_policy=NO_CACHE)(without_data(backtesting.predict))
measure = task(cache_policy=NO_CACHE)(without_data(backtesting.measure))
put_in_place = task(cache_policy=NO_CACHE)(without_data(backtesting.put_in_place))


@flow(name="backtest", flow_run_name="backtest-{question.name}")
def backtest(home: Path, question: Question) -> dict[str, Any]:
    """Run a backtest, and journal it whatever happens; a refused one leaves the last results in their place.

    Args:
        home: The workspace.
        question: Target, horizon, origins.

    Returns:
        What `metrics.json` says.

    Raises:
        MainstayError: the run was refused or failed.
    """
    workspace, newest = Workspace(Path(home).absolute()), question.origins[-1]
    with journalled(workspace, f"backtest {question.name}", newest, command=command(question)) as journal:
        run = Run(workspace, newest, journal.run_id, journal.started_at)
        test = backtesting.Backtest(run, question)
        try:
            return _take_steps(test, journal)
        finally:
            shutil.rmtree(test.written, ignore_errors=True)


def _take_steps(test: backtesting.Backtest, journal: Journal) -> dict[str, Any]:
    """Take every step, and note in the journal how long it took; returns the metrics."""
    with journal.timed("ingest"):
        journal.entry.update(ingest(test.run))
    with journal.timed("check_batches"):
        check_batches(test.run)
    with journal.timed("look_back"):
        kept = look_back(test)
    with journal.timed("predict"):
        told = predict(test, kept)
    with journal.timed("measure"):
        metrics = measure(test, kept, told)
    with journal.timed("put_in_place"):
        put_in_place(test)
    return metrics
