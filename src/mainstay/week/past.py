"""What was known at past dates: the ledger of a run, and the history that trainings and backtests learn from."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mainstay import outbound
from mainstay.outbound.register import keep_register
from mainstay.resources import shipped
from mainstay.risk.fingerprints import sources_hash
from mainstay.risk.history import History, Keeper, Kept
from mainstay.risk.origins import Question
from mainstay.warehouse import models
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.past import Between, Past
from mainstay.week.input_tables import input_tables
from mainstay.week.run import Run

logger = logging.getLogger("mainstay.week")


@contextmanager
def past_of(run: Run) -> Iterator[Past]:
    """The run's ledger, to be looked at as it was."""
    scope = run.settings.outbound.scope_months
    keep = partial(keep_register, scope_months=scope)
    code = f"{sources_hash(Path(outbound.__file__).parent)} {scope}"
    register = Between("features.outbound_facts", ("outbound_cases", "outbound_events"), keep, code)
    tables = input_tables(run.settings, run.contracts, run.home)
    in_memory = Path(":memory:")
    with Warehouse(run.workspace.warehouse, candidate=in_memory, settings=run.settings.warehouse) as warehouse:
        yield Past(warehouse, models.load_models(shipped("sql")), tables, (register,))


def look_back(run: Run, question: Question) -> Kept:
    """See to it that all that was known at each origin is in the history; only what is new is computed."""
    with past_of(run) as past:
        return Keeper(History(run.workspace.history), past, tell=logger.info).keep(question)


def look_back_to_train(run: Run, asked: Sequence[Question]) -> dict[str, Kept]:
    """See to it that all that can be learnt from at the origin is in the history; by the questions' names."""
    with past_of(run) as past:
        return Keeper(History(run.workspace.history), past, tell=logger.info).keep_trainings(asked)
