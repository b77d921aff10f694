"""The weekly run: its order, its retries, its artifacts. What each step does is in `mainstay.week`.

Tasks stand at the boundaries of input and output; they pass a `Run` (paths, dates, frozen rules) and never a
connection or a frame.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from mainstay.settings import TIMEZONE, Workspace
from mainstay.warehouse import publication
from mainstay.week import building, ingestion, publishing, scoring
from mainstay.week.execution import RETRY_IO, Journal, journalled, without_data
from mainstay.week.run import Run

T = TypeVar("T")


def _step(work: Callable[[Run], T], **retries: Any) -> Task[[Run], T]:  # noqa: ANN401 -- Prefect's options
    return task(cache_policy=NO_CACHE, **retries)(without_data(work))


def _show(key: str, title: str, rows: list[dict[str, Any]]) -> None:
    """Show a table with the run; it stays in the workspace's own Prefect database."""
    table = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    create_table_artifact(table=table, key=key, description=title)


@_step
def check_batches(run: Run) -> None:
    """See `ingestion.check_batches`."""
    ingestion.check_batches(run, _show)


@_step
def build(run: Run) -> None:
    """See `building.build`."""
    building.build(run, _show)


STEPS: tuple[Task[[Run], Any], ...] = (
    _step(ingestion.ingest, **RETRY_IO),
    check_batches,
    build,
    _step(building.explain),
    _step(building.forecast),
    _step(building.register),
    _step(scoring.score),
    _step(building.order),
    _step(publishing.gate),
    _step(publishing.export, **RETRY_IO),
)
PUBLISH = tuple(_step(work, **RETRY_IO) for work in (publishing.send_back, publishing.record, publishing.publish))
HAND_OUT = (_step(publishing.hand_out_replay, **RETRY_IO),)
"""What follows on `STEPS`: a week is published; an older one, played again, is only written."""


@flow(name="weekly", flow_run_name="weekly-{as_of}")
def weekly(home: Path, as_of: date | None = None) -> dict[str, Any]:
    """Run one week of a workspace, and journal it whatever happens.

    Args:
        home: The workspace.
        as_of: The week's date, inclusive; today in Asia/Shanghai where not given.

    Returns:
        The journal's entry.

    Raises:
        MainstayError: the run was refused or failed; nothing was published.
    """
    workspace = Workspace(Path(home).absolute())
    day = as_of or datetime.now(UTC).astimezone(TIMEZONE).date()
    with journalled(workspace, f"weekly run as of {day}", day, replay=False) as journal:
        replay = journal.entry["replay"] = publication.is_replay(workspace, day)
        try:
            _take_steps(Run(workspace, day, journal.run_id, journal.started_at, replay=replay), journal)
        finally:
            publication.discard_all(workspace)
    return journal.entry


def _take_steps(run: Run, journal: Journal) -> None:
    """Take every step of the week, and add what each one tells and how long it took to the journal's entry."""
    for step in (*STEPS, *(HAND_OUT if run.replay else PUBLISH)):
        with journal.timed(step.name):
            journal.entry.update(step(run) or {})
