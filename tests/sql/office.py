"""A small office: deliver rows as CSV text, build the models, read relations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import AmountTally, Delivery, Extract, LandedFile
from mainstay.list_settings import DropListSettings
from mainstay.report.units import DisplayUnit
from mainstay.resources import shipped
from mainstay.revenue.forecast import FORECASTS
from mainstay.revenue.list_causes import RELATIONS as EXPLAINED_BY
from mainstay.revenue.list_causes import explain_lists
from mainstay.risk.prediction_targets import origin_cohorts
from mainstay.settings import Settings
from mainstay.warehouse import ledger, loading, models, run
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.past import dated
from mainstay.week.input_tables import input_tables
from tests.sql.on_demand import OnDemand

SHIPPED_LISTS = (
    "q1_top25", "high_precision_top50", "ytd_top50", "key_firms", "watched_firms", "largest_payers",
)  # fmt: skip
SEEN = datetime(2030, 1, 1, tzinfo=UTC)


def contract(**changes: Any) -> Contract:
    """A contract of receipts by permit and month, in levels total and local."""
    target = changes.get("target", "receipts")
    amounts = [
        {"field": "amount_total", "headings": ["total"]},
        {"field": "amount_local", "headings": ["local"]},
    ]
    shapes: dict[str, list[dict[str, Any]]] = {
        "receipts": [{"field": "month", "headings": ["month"]}, *amounts],
        "refunds": [{"field": "month", "headings": ["month"]}, *amounts],
        "enterprises": [{"field": "in_from", "headings": ["in_from"]}],
        "control_totals": [],
        "outbound": [{"field": "moved_on", "headings": ["moved_on"]}],
        "alerts": [{"field": "alert_no", "headings": ["no"]}, {"field": "dispatched_on", "headings": ["on"]}],
        "signals": [{"field": "signal", "headings": ["signal"]}, {"field": "observed_on", "headings": ["on"]}],
        "leases": [{"field": "lease_to", "headings": ["to"]}],
        "watch_list": [{"field": "listed_on", "headings": ["on"]}],
        "list_members": [{"field": "list_name", "headings": ["list"]}],
        "service_requests": [
            {"field": "request_no", "headings": ["no"]},
            {"field": "requested_on", "headings": ["on"]},
        ],
        "visit_outcomes": [{"field": "visited_on", "headings": ["on"]}],
    }
    stated: dict[str, Any] = {
        "name": target,
        "target": target,
        "title": "test",
        "legal_basis": "test",
        "agreement_id": "test",
        "expires_on": date(2099, 12, 31),
        "delivery": "increment",
        "knowledge": {"from": "column", "heading": "known"},
        "columns": [{"field": "source_id", "headings": ["id"]}, *shapes.get(target, [])],
    }
    return Contract.model_validate(stated | changes)


@dataclass
class Office:
    """A warehouse that takes deliveries and builds models."""

    warehouse: Warehouse
    delivered: int = 0
    dates: tuple[date, ...] = ()
    as_of: date = date(2030, 1, 1)
    build_at: Callable[[date], None] = field(default=lambda _day: None)

    def deliver(
        self,
        rows: str,
        known: str,
        made: Contract | None = None,
        *,
        partition: str = "",
        accept: bool = True,
        seen: str = "",
    ) -> int:
        """Load CSV text as one batch; the columns are canonical fields, months as YYYY-MM."""
        seen_at = datetime.fromisoformat(f"{seen}T00:00:00+00:00") if seen else SEEN
        batch_id = loading.load_all(self.warehouse, [self.extract(rows, known, made, partition=partition)], seen_at)[0]
        ledger.supersede(self.warehouse)
        ledger.identify(self.warehouse, one_namespace=True)
        if accept:
            ledger.settle(self.warehouse, [batch_id], "accepted")
        return batch_id

    def extract(
        self, rows: str, known: str, made: Contract | None = None, *, partition: str = ""
    ) -> tuple[Delivery, Extract]:
        """CSV text as a file that has been read."""
        made = made or contract()
        self.delivered += 1
        frame = typed(rows, made)
        tallies = tuple(
            AmountTally(f.name, "元", frame[f.name].sum() or Decimal(0), Decimal(0), Decimal(0), Decimal(0), 0)
            for f in made.definition.measures
            if f.name in {column.canonical for column in made.columns}
        )
        extract = Extract(
            sheet="",
            encoding="utf-8",
            rows=frame,
            rejects=pl.DataFrame(schema={"line": pl.Int64, "field": pl.String, "reason": pl.String, "raw": pl.String}),
            rows_read=frame.height,
            rows_rejected=0,
            rows_duplicate=0,
            rows_total_line=0,
            rows_blank=0,
            rows_preamble=0,
            amounts=tallies,
            total_line_differences={},
            stated_knowledge=None,
        )
        name = f"file {self.delivered}"
        file = LandedFile(path=Path(name), name=name, sha256=name, modified_at=SEEN)
        covers = date.fromisoformat(f"{partition}-01") if partition else None
        return Delivery(file, made, partition or name, covers, date.fromisoformat(known)), extract

    def build(
        self,
        *as_of: str,
        settings: Settings | None = None,
        hand_in: dict[str, pl.DataFrame] | None = None,
        then: Callable[["Office"], None] = lambda _office: None,
    ) -> None:
        """Build every model whose inputs are there; in a warehouse on demand, when it is first asked for.

        Of several dates one is built after the other: the last one now, all of them when `rows` or `frame` asks. `then`
        is done after each.
        """

        def build_at(day: date) -> None:
            self.as_of = day
            self._build(settings or Settings(), hand_in)
            then(self)

        self.dates, self.build_at = tuple(map(date.fromisoformat, as_of)), build_at
        build_at(self.dates[-1])

    def _build(self, settings: Settings, hand_in: dict[str, pl.DataFrame] | None) -> None:
        models.start_build(self.warehouse)
        tables = input_tables(settings, (), shipped("seeds")) | {
            "as_of": run.as_of(self.as_of),
            "cohorts": origin_cohorts(),
            "forecasts": FORECASTS.to_frame(),
        }
        tables |= hand_in or {}
        sql = models.load_models(shipped("sql"))
        explain = None if "causes" in tables else self.explained
        if isinstance(self.warehouse, OnDemand):
            self.warehouse.await_questions(sql, tables, explain)
            return
        run.write_inputs(self.warehouse, tables)
        models.build_ready(self.warehouse, sql)
        if explain is not None:
            run.write_inputs(self.warehouse, {"causes": explain()})
            models.build_ready(self.warehouse, sql)

    def explained(self) -> pl.DataFrame:
        """The causes of every line of every list, in yuan."""
        frames = {name: self.warehouse.read(name) for name in EXPLAINED_BY}
        return explain_lists(
            frames, shipped("seeds"), self.as_of, money_zh=DisplayUnit("元", Decimal(1)).words, money_en=str
        )

    def frame(self, relation: str) -> pl.DataFrame:
        """A relation at all dates that were asked for, each row with its `as_of_date`."""
        frames = []
        for day in self.dates or (self.as_of,):
            if day != self.as_of:
                self.build_at(day)
            frames.append(dated(self.warehouse.read(relation).drop("as_of_date", strict=False), day))
        return pl.concat(frames)

    def rows(self, relation: str, *columns: str) -> list[tuple[Any, ...]]:
        """The sorted rows of a relation, months as YYYY-MM and money as text."""
        frame = self.frame(relation).select(columns)
        text = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Decimal).cast(pl.String))
        return sorted(text.rows(), key=repr)


def typed(rows: str, made: Contract) -> pl.DataFrame:
    """CSV text as the frame that parsing gives."""
    text = pl.read_csv(StringIO("\n".join(line.strip() for line in rows.strip().splitlines())), infer_schema=False)
    columns = []
    for one in made.definition.fields:
        kind = one.dtype
        if one.name not in text.columns:
            columns.append(pl.lit(None, dtype=kind).alias(one.name))
        elif one.kind == "month":
            columns.append((pl.col(one.name) + "-01").str.to_date("%Y-%m-%d"))
        elif one.kind == "date":
            columns.append(pl.col(one.name).str.to_date("%Y-%m-%d"))
        elif one.kind == "flag":
            columns.append(pl.col(one.name) == "yes")
        else:
            columns.append(pl.col(one.name).cast(kind))
    frame = text.with_row_index("line", offset=2).select(
        pl.col("line").cast(pl.Int64),
        pl.lit(1, pl.Int32).alias("source_rows"),
        pl.lit("").alias("flags"),
        *columns,
    )
    return frame.with_columns(name_key=pl.col("name").fill_null("")) if made.definition.has_party else frame


def drop_list(**changes: Any) -> Settings:
    """Settings with one drop list of all enterprises, by local level and year to date."""
    own = {"title": "test", "applies": "always"} | changes
    off = dict.fromkeys(SHIPPED_LISTS, DropListSettings(applies="never"))
    return Settings(lists={**off, "mine": DropListSettings.model_validate(own)})
