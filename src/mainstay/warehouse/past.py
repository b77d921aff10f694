"""What was known at one as-of date after the other: only the models that are needed, one date at a time.

A backtest looks at dozens of dates. A build has one as-of date (`run.as_of`), so they are built one after the other,
and memory stays that of a week.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import polars as pl

from mainstay.warehouse import run as run_tables
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.models import Model, build_ready, needed, start_build
from mainstay.warehouse.tables import TABLES

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class PythonStep:
    """A step in Python that stands between two models, such as the outbound register.

    Attributes:
        reads: The relation that it works on.
        makes: The tables of the schema `run` that it makes, by name without the schema.
        work: Makes them from the relation and its as-of date.
        code: What decides how: a hash of its sources, and its settings. Under another one the past is computed anew.
    """

    reads: str
    makes: tuple[str, ...]
    work: Callable[[pl.DataFrame, date], Sequence[pl.DataFrame]]
    code: str


@dataclass(frozen=True)
class PastLedger:
    """A ledger that is looked at as it was.

    Attributes:
        warehouse: With a candidate attached; what an earlier build left in it goes.
        sql: All models, in building order.
        input_tables: The tables of the schema `run` that do not depend on the date, by name.
        python_steps: Steps between models, in their order.
    """

    warehouse: Warehouse
    sql: Mapping[str, Model]
    input_tables: Mapping[str, pl.DataFrame]
    python_steps: Sequence[PythonStep] = field(default=())

    def needed(self, wanted: Iterable[str]) -> dict[str, Model]:
        """The models on which the wanted relations rest, those included that a step between needs."""
        asked = list(wanted)
        while True:
            models = needed(self.sql, asked)
            more = [step.reads for step in self._steps(models) if step.reads not in models]
            if not more:
                return models
            asked += more

    def as_known(self, as_of: date, wanted: Sequence[str], tables: Mapping[str, pl.DataFrame]) -> Frames:
        """Build what the wanted relations rest on at one as-of date, and read these.

        Args:
            as_of: The date, inclusive.
            wanted: Relations, such as `features.risk_cohort`.
            tables: Further tables of the schema `run`, of this date only.

        Returns:
            The frames by relation, sorted by the model's key; the date stands in their first column, `as_of_date`.
        """
        models, warehouse = self.needed(wanted), self.warehouse
        start_build(warehouse)
        run_tables.write_inputs(warehouse, {**self.input_tables, **tables, "as_of": run_tables.as_of(as_of)})
        build_ready(warehouse, models)
        for step in self._steps(models):
            made = step.work(warehouse.read(step.reads), as_of)
            run_tables.write_inputs(warehouse, dict(zip(step.makes, made, strict=True)))
            build_ready(warehouse, models)
        frames = {name: dated(_sorted(warehouse.read(name), models[name]), as_of) for name in wanted}
        start_build(warehouse)
        return frames

    def fingerprint(self, as_of: date, wanted: Sequence[str], context: Sequence[str]) -> str:
        """A hash of everything that decides the wanted relations at a date: equal hashes, equal frames.

        These are the text of the models, the code between them, the input tables, the files known by then and their
        status, the events of weeks published by then, and the database's version. `context`: what else decides.
        """
        models = self.needed(wanted)
        reads = {read for model in models.values() for read in model.reads}
        inputs = {name: rows for name, rows in self.input_tables.items() if f"run.{name}" in reads}
        parts = [
            as_of.isoformat(),
            duckdb.__version__,
            *(f"{name}\n{models[name].sql}" for name in sorted(models)),
            *(f"{step.reads}\n{step.code}" for step in self._steps(models)),
            *(f"{name} {_hash_of(inputs[name])}" for name in sorted(inputs)),
            _hash_of(_known_files(self.warehouse, as_of)),
            *(f"{name} {_hash_of(_remembered(self.warehouse, name, as_of))}" for name in sorted(reads & _EVENTS)),
            *context,
        ]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def closed_months(self, dates: Sequence[date]) -> list[dict[str, Any]]:
        """One row per as-of date at which any receipts were known: `as_of_date`, `last_closed`, `first_covered`.

        Months as their first days; null where no month is closed yet.
        """
        return [row for day in sorted(dates) for row in self.as_known(day, [_CLOSED], {})[_CLOSED].to_dicts()]

    def known_between(self) -> tuple[date, date] | None:
        """The first and the last day on which an accepted extract of receipts became known; None without any."""
        first, last = self.warehouse.query(
            """
            select min(knowledge_date) as first, max(knowledge_date) as last
            from ledger.batches where status = 'accepted' and target = 'receipts'
            """
        ).row(0)
        return None if first is None else (first, last)

    def newest_known(self) -> date:
        """The last day on which any accepted extract became known; of a ledger that has one."""
        newest: date = self.warehouse.query(
            "select max(knowledge_date) as last from ledger.batches where status = 'accepted'"
        ).item()
        return newest

    def _steps(self, models: Mapping[str, Model]) -> list[PythonStep]:
        reads = {read for model in models.values() for read in model.reads}
        return [step for step in self.python_steps if any(f"run.{name}" in reads for name in step.makes)]


def _sorted(rows: pl.DataFrame, model: Model) -> pl.DataFrame:
    return rows.sort(model.key) if model.key else rows


def dated(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Rows of a relation with their as-of date in the first column, `as_of_date`, so that dates can be put together."""
    return rows.select(pl.lit(as_of).alias("as_of_date"), pl.all())


_CLOSED = "features.closed_months"
_EVENTS = frozenset(name for name, schema in TABLES.items() if name.startswith("events.") and "as_of_date" in schema)


def _known_files(warehouse: Warehouse, as_of: date) -> pl.DataFrame:
    return warehouse.query(
        """
        select o.sha256, o.sheet, o.contract, o.contract_fingerprint, l.partition, l.knowledge_date, l.status
        from ledger.batches as l inner join ops.batches as o using (batch_id)
        where l.knowledge_date <= $1
        order by l.batch_id
        """,
        [as_of],
    )


def _remembered(warehouse: Warehouse, relation: str, as_of: date) -> pl.DataFrame:
    return warehouse.query(f"select * from {relation} where as_of_date <= $1 order by all", [as_of])


def _hash_of(rows: pl.DataFrame) -> str:
    """A hash of a frame's columns, types and values, in their order."""
    shape = ",".join(f"{name}:{kind}" for name, kind in rows.schema.items())
    return hashlib.sha256(f"{shape}\n{rows.rows()!r}".encode()).hexdigest()
