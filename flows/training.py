"""Training, once a quarter: load what is new, look at every origin as it was known, train, store in shadow.

It takes the steps of a backtest up to what was known; it publishes nothing, and nothing that people see changes until
a person enables a model.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, ParamSpec, TypeVar

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE

from mainstay import __version__
from mainstay.errors import ExitStatus, MainstayError, UnexpectedError
from mainstay.report.journal import write_journal
from mainstay.resources import shipped
from mainstay.risk.history import History, Keeper, Kept
from mainstay.risk.origins import Question
from mainstay.risk.past_predictions import read_catalogue
from mainstay.risk.quarterly import Trainer, due, questions, training_origin
from mainstay.risk.relocation import signal_definitions
from mainstay.risk.store import ModelStore
from mainstay.running import load_flow
from mainstay.settings import TIMEZONE, Workspace
from mainstay.warehouse.lock import exclusive
from mainstay.warehouse.publication import first_open_day

logger = logging.getLogger("mainstay.training")

backtest = load_flow("backtest")
weekly = backtest.weekly
P = ParamSpec("P")
T = TypeVar("T")


def _step(work: Callable[P, T]) -> Task[P, T]:
    return task(cache_policy=NO_CACHE)(weekly.without_data(work))


@_step
def look_back(run: Any, asked: Sequence[Question]) -> dict[str, Kept]:  # noqa: ANN401
    """See to it that all that can be learnt from at the origin is in the history; by the questions' names."""
    with backtest.past_of(run) as past:
        return Keeper(History(run.workspace.history), past, tell=logger.info).keep_trainings(asked)


@_step
def fit(run: Any, question: Question, kept: Kept) -> dict[str, Any]:  # noqa: ANN401 -- flows are loaded by their files
    """Train one target and horizon on what was known at its origin, and store it; returns its line of the table."""
    settings, seeds = run.settings, shipped("seeds")
    trainer = Trainer(
        ModelStore(run.workspace.models),
        read_catalogue(seeds),
        settings.models,
        settings.orders.visiting_capacity,
        signal_definitions(seeds, on=settings.signals.on, off=settings.signals.off),
        first_open_day(run.workspace),
    )
    return trainer.train(question, kept)


@flow(name="training", flow_run_name="training-{as_of}")
def training(home: Path, as_of: date | None = None, *, if_due: bool = False) -> list[dict[str, Any]]:
    """Train every target and horizon, and journal it whatever happens.

    Args:
        home: The workspace.
        as_of: The day, inclusive; the knowledge of the last month's end on or before it is used. Default today.
        if_due: Train only what was not trained in the last quarter that is over, as of its end.

    Returns:
        One line per target and horizon, see `quarterly.Trainer.train`; none where nothing is due.

    Raises:
        MainstayError: the training was refused or failed; models stored by then stay, in shadow.
    """
    started_at = datetime.now(UTC)
    workspace = Workspace(Path(home).absolute())
    run_id = f"{started_at:%Y%m%dT%H%M%S%f}Z"
    origin = training_origin(as_of or started_at.astimezone(TIMEZONE).date(), of_quarter=if_due)
    entry: dict[str, Any] = {
        "as_of": origin,
        "command": "train",
        "started_at": started_at,
        "version": __version__,
        "status": "failed",
        "exit_status": int(ExitStatus.FAILURE),
        "quarantined": [],
        "seconds": {},
    }
    run = weekly.Run(workspace.home, origin, run_id, started_at)
    write_journal(workspace.runs, run_id, entry)
    try:
        with exclusive(workspace.lock, f"training as of {origin}"):
            lines = _train_all(run, origin, entry, if_due=if_due)
        entry |= {"status": "done", "exit_status": int(ExitStatus.DONE), "trained": lines}
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
        entry["finished_at"] = datetime.now(UTC)
        write_journal(workspace.runs, run_id, entry)
    return lines


def _train_all(run: Any, origin: date, entry: dict[str, Any], *, if_due: bool) -> list[dict[str, Any]]:  # noqa: ANN401
    """Load what is new, then train one after the other, and note how long each took in the journal's entry."""
    settings, store = run.settings, ModelStore(run.workspace.models)
    asked = due(store, origin, settings.models) if if_due else questions(origin)
    if not asked:
        logger.info("nothing is due: every target was trained in the quarter that ended on %s", origin)
        return []
    entry |= weekly.ingest(run)
    weekly.check_batches(run)
    begun = perf_counter()
    kept = look_back(run, asked)
    entry["seconds"]["look_back"] = round(perf_counter() - begun, 3)
    lines = []
    for question in asked:
        begun = perf_counter()
        line: dict[str, Any] = fit(run, question, kept[question.name])
        logger.info("%s: %s", question.name, line["version"] or line["reason"])
        lines.append(line)
        entry["seconds"][question.name] = round(perf_counter() - begun, 3)
    return lines
