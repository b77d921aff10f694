"""A backtest, step by step: load what is new, look at every origin as it was known, train, predict, measure, write.

Like the weekly flow: tasks pass paths and dates; what is done lives in `mainstay`. It publishes and issues nothing.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE

from mainstay import __version__, outbound
from mainstay.errors import ExitStatus, MainstayError, UnexpectedError
from mainstay.outbound.register import keep_register
from mainstay.report.files import replace_file
from mainstay.report.journal import write_journal
from mainstay.report.week import swap_in
from mainstay.report.week_manifest import canonical_json
from mainstay.resources import shipped
from mainstay.risk import backtest_files
from mainstay.risk.baseline import DropTimesAmount
from mainstay.risk.fingerprints import sources_hash
from mainstay.risk.grades import graded
from mainstay.risk.history import History, Keeper, Kept
from mainstay.risk.model_training import train
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import Rule, predict_all, read_catalogue
from mainstay.risk.relocation import SignalPoints, signal_definitions
from mainstay.running import load_flow
from mainstay.settings import Workspace
from mainstay.warehouse import models
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.lock import exclusive
from mainstay.warehouse.past import Between, Past

logger = logging.getLogger("mainstay.backtest")

weekly = load_flow("weekly")
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Backtest:
    """What the tasks of one backtest pass to each other: the run, as the steps of a week know it, and what is asked."""

    run: Any
    question: Question

    @property
    def written(self) -> Path:
        """The folder in which this backtest writes, beside its final place."""
        final: Path = self.run.workspace.backtest_of(self.question.name)
        return final.with_name(f".{final.name}-{self.run.run_id}")


def _step(work: Callable[P, T]) -> Task[P, T]:
    return task(cache_policy=NO_CACHE)(weekly.without_data(work))


@contextmanager
def past_of(run: Any) -> Iterator[Past]:  # noqa: ANN401 -- flows are loaded by their files
    """The run's ledger, to be looked at as it was."""
    settings = run.settings
    scope = settings.outbound.scope_months
    keep = partial(keep_register, scope_months=scope)
    code = f"{sources_hash(Path(outbound.__file__).parent)} {scope}"
    register = Between("features.outbound_facts", ("outbound_cases", "outbound_events"), keep, code)
    with Warehouse(run.workspace.warehouse, candidate=Path(":memory:"), settings=settings.warehouse) as warehouse:
        yield Past(
            warehouse,
            models.load_models(shipped("sql")),
            weekly.told(run),
            (register,),
        )


@_step
def look_back(test: Backtest) -> Kept:
    """See to it that all that was known at each origin is in the history; only what is new is computed."""
    with past_of(test.run) as past:
        return Keeper(History(test.run.workspace.history), past, tell=logger.info).keep(test.question)


@_step
def predict(test: Backtest, kept: Kept) -> list[dict[str, Any]]:
    """Train at every origin, score its cohort, write the predictions; tells of the models."""
    settings, seeds = test.run.settings, shipped("seeds")
    chosen, signals = settings.score, settings.signals
    rule = Rule(
        test.question.target,
        DropTimesAmount(chosen.floor, chosen.high_from, chosen.medium_from, recent_months=chosen.recent_months),
        SignalPoints(signals.high_from, signals.medium_from),
    )
    trainer = partial(
        train,
        target=test.question.target,
        horizon_months=test.question.horizon_months,
        catalogue=read_catalogue(seeds),
        settings=settings.models,
        capacity=settings.orders.visiting_capacity,
        signals=signal_definitions(seeds, on=signals.on, off=signals.off),
    )
    grade = partial(graded, capacity=settings.orders.visiting_capacity)
    predictions, told = predict_all(kept, trainer, rule, grade, tell=logger.info)
    backtest_files.write_predictions(test.written, predictions)
    return told


@_step
def measure(test: Backtest, kept: Kept, told: list[dict[str, Any]]) -> dict[str, Any]:
    """Compute the metrics from the predictions as written."""
    predictions = backtest_files.read_predictions(test.written)
    capacity = test.run.settings.orders.visiting_capacity
    metrics = backtest_files.described(test.question, kept.judged_as_of, told, predictions, capacity)
    replace_file(test.written / backtest_files.METRICS_NAME, canonical_json(metrics).encode())
    return metrics


@_step
def put_in_place(test: Backtest) -> None:
    """Swap the finished folder in, whole."""
    swap_in(test.written, test.run.workspace.backtest_of(test.question.name))


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
    started_at = datetime.now(UTC)
    workspace = Workspace(Path(home).absolute())
    run_id = f"{started_at:%Y%m%dT%H%M%S%f}Z"
    entry: dict[str, Any] = {
        "as_of": question.origins[-1],
        "command": backtest_files.command(question),
        "started_at": started_at,
        "version": __version__,
        "status": "failed",
        "exit_status": int(ExitStatus.FAILURE),
        "quarantined": [],
        "seconds": {},
    }
    write_journal(workspace.runs, run_id, entry)
    test = Backtest(weekly.Run(workspace.home, question.origins[-1], run_id, started_at), question)
    try:
        with exclusive(workspace.lock, f"backtest {question.name}"):
            metrics = _take_steps(test, entry)
        entry |= {"status": "done", "exit_status": int(ExitStatus.DONE)}
    except UnexpectedError as error:
        entry["error"] = error.parts()
        raise
    except MainstayError as error:
        entry |= {"status": "refused", "exit_status": int(error.exit_status), "error": error.parts()}
        raise
    except Exception as error:  # noqa: BLE001 -- Prefect keeps what a flow raises, and it may quote data
        unexpected = UnexpectedError(error)
        entry["error"] = unexpected.parts()
        raise unexpected from None
    finally:
        shutil.rmtree(test.written, ignore_errors=True)
        entry["finished_at"] = datetime.now(UTC)
        write_journal(workspace.runs, run_id, entry)
    return metrics


def _take_steps(test: Backtest, entry: dict[str, Any]) -> dict[str, Any]:
    """Take every step, and add how long it took to the journal's entry; returns the metrics."""

    def timed(step: Any, *given: Any) -> Any:  # noqa: ANN401
        begun = perf_counter()
        result = step(*given)
        entry["seconds"][step.name] = round(perf_counter() - begun, 3)
        return result

    entry |= timed(weekly.ingest, test.run)
    timed(weekly.check_batches, test.run)
    kept = timed(look_back, test)
    told = timed(predict, test, kept)
    metrics: dict[str, Any] = timed(measure, test, kept, told)
    timed(put_in_place, test)
    return metrics
