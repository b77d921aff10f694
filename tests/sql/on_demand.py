"""A warehouse whose models are built when somebody first asks for them: a test pays for what it looks at."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from mainstay.warehouse import models, run
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.models import Model

_NAMED = re.compile(r"\b(?:run|ledger|staging|features|labels|marts|gates)\.\w+")


class OnDemand(Warehouse):
    """Builds a relation, and what it reads, before it is first read or named in a statement."""

    waiting: Mapping[str, Model] = {}
    tables: Mapping[str, pl.DataFrame] = {}
    explain: Callable[[], pl.DataFrame] | None = None

    def await_questions(
        self,
        sql: Mapping[str, Model],
        tables: Mapping[str, pl.DataFrame],
        explain: Callable[[], pl.DataFrame] | None,
    ) -> None:
        """Build nothing yet: neither models nor the tables of the schema `run`; `explain` gives `run.causes`."""
        self.waiting, self.explain = sql, explain
        self.tables = {f"run.{name}": rows for name, rows in tables.items()}

    def execute(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> None:
        """Run one statement; what it names is built first."""
        self._build_named(sql)
        super().execute(sql, parameters)

    def query(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> pl.DataFrame:
        """Answer one query; what it names is built first."""
        self._build_named(sql)
        return super().query(sql, parameters)

    def write(self, relation: str, rows: pl.DataFrame) -> None:
        """Replace a relation by the rows given; a table of that name that still waits is not wanted any more."""
        self.tables = {name: waiting for name, waiting in self.tables.items() if name != relation}
        super().write(relation, rows)

    def _build_named(self, sql: str) -> None:
        named = _NAMED.findall(sql)
        needed = models.needed(self.waiting, [name for name in named if name in self.waiting])
        self._write_tables({*named, *(read for model in needed.values() for read in model.reads)})
        if not needed:
            return
        known, self.waiting = self.waiting, {}
        if self.explain is not None and any("run.causes" in known[name].reads for name in needed):
            explain, self.explain = self.explain, None
            self.waiting = known
            causes = explain()
            self.waiting = {}
            run.write_inputs(self, {"causes": causes})
        models.build_ready(self, needed)
        self.waiting = known

    def _write_tables(self, named: set[str]) -> None:
        now = {name.removeprefix("run."): rows for name, rows in self.tables.items() if name in named}
        self.tables = {name: rows for name, rows in self.tables.items() if name not in named}
        if now:
            run.write_inputs(self, now)
