"""A warehouse whose models are built when somebody first asks for them: a test pays for what it looks at."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from mainstay.warehouse import models
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.models import Model

_NAMED = re.compile(r"\b(?:ledger|staging|features|labels|marts|gates)\.\w+")


class OnDemand(Warehouse):
    """Builds a relation, and what it reads, before it is first read or named in a statement."""

    waiting: Mapping[str, Model] = {}
    explain: Callable[[], pl.DataFrame] | None = None

    def await_questions(self, sql: Mapping[str, Model], explain: Callable[[], pl.DataFrame] | None) -> None:
        """Build nothing yet; `explain` gives `run.causes` when a model first needs them."""
        self.waiting, self.explain = sql, explain

    def execute(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> None:
        """Run one statement; what it names is built first."""
        self._build_named(sql)
        super().execute(sql, parameters)

    def query(self, sql: str, parameters: Mapping[str, Any] | list[Any] | None = None) -> pl.DataFrame:
        """Answer one query; what it names is built first."""
        self._build_named(sql)
        return super().query(sql, parameters)

    def _build_named(self, sql: str) -> None:
        wanted = [name for name in _NAMED.findall(sql) if name in self.waiting]
        if not wanted:
            return
        known, self.waiting = self.waiting, {}
        needed = models.needed(known, wanted)
        if self.explain is not None and any("run.causes" in known[name].reads for name in needed):
            explain, self.explain = self.explain, None
            self.waiting = known
            causes = explain()
            self.waiting = {}
            self.write("run.causes", causes)
            models.hand_in(self, "run.causes")
        models.build_ready(self, needed)
        self.waiting = known
