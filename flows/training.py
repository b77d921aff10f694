"""Training, once a quarter: load what is new, look at every origin as it was known, train, store in shadow.

It publishes nothing, and nothing that people see changes until a person enables a model. What each step does is in
`mainstay.week`.
"""

import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from mainstay.risk.quarterly import training_origin
from mainstay.settings import TIMEZONE, Workspace
from mainstay.week import ingestion, learning
from mainstay.week.execution import RETRY_IO, Journal, journalled, without_data
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.training")

ingest = task(cache_policy=NO_CACHE, **RETRY_IO)(without_data(ingestion.ingest))
check_batches = task(cache_policy=NO_CACHE)(without_data(ingestion.check_batches))
look_back = task(cache_policy=NO_CACHE)(without_data(learning.look_back))
fit = task(cache_policy=NO_CACHE)(without_data(learning.fit))


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
    workspace = Workspace(Path(home).absolute())
    origin = training_origin(as_of or datetime.now(UTC).astimezone(TIMEZONE).date(), of_quarter=if_due)
    with journalled(workspace, f"training as of {origin}", origin, command="train") as journal:
        run = Run(workspace, origin, journal.run_id, journal.started_at)
        lines = journal.entry["trained"] = _train_all(run, journal, if_due=if_due)
    return lines


def _train_all(run: Run, journal: Journal, *, if_due: bool) -> list[dict[str, Any]]:
    """Load what is new, then train one after the other, and note in the journal how long each took."""
    asked = learning.asked(run, if_due=if_due)
    if not asked:
        logger.info("nothing is due: every target was trained in the quarter that ended on %s", run.as_of)
        return []
    with journal.timed("ingest"):
        journal.entry.update(ingest(run))
    with journal.timed("check_batches"):
        check_batches(run)
    with journal.timed("look_back"):
        kept = look_back(run, asked)
    lines = []
    for question in asked:
        with journal.timed(question.name):
            line = fit(run, question, kept[question.name])
        logger.info("%s: %s", question.name, line["version"] or line["reason"])
        lines.append(line)
    return lines
