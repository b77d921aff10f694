"""What is said of a batch as a whole: its row in `ledger.batches` and `ops.batches`, and its accounts of money.

Target names come from the closed set of canonical targets, which is why they may stand in SQL text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from mainstay.extracts.contract import UNIT_EXPONENT, Contract
from mainstay.extracts.extract import AmountTally, Delivery, Extract
from mainstay.extracts.targets import TARGETS
from mainstay.settings import TIMEZONE
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.tables import TABLES

_Row = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """One file on its way into the ledger.

    Attributes:
        batch_id: Its number.
        delivery: The file under its contract.
        extract: What reading it gave.
        rows: The rows to load, with `key_text`.
        repeated: The rows that are refused for their key.
        reasons: Why, one row each of those: `line`, `reason`.
    """

    batch_id: int
    delivery: Delivery
    extract: Extract
    rows: pl.DataFrame
    repeated: pl.DataFrame
    reasons: pl.DataFrame

    @property
    def contract(self) -> Contract:
        """The contract that the file fits."""
        return self.delivery.contract


@dataclass
class _Partition:
    """What is known of a partition so far: until when, and the accepted batch that a later one replaces."""

    known: date | None = None
    accepted: int | None = None


def describe(warehouse: Warehouse, batches: Sequence[Batch], seen_at: datetime) -> None:
    """Write what is said of pending batches whose rows and rejects are in the ledger already, in their order."""
    partitions = _partitions(warehouse)
    loaded = _loaded(warehouse, batches)
    ledger_rows, ops_rows, amount_rows = [], [], []
    for batch in batches:
        key = (batch.contract.name, batch.delivery.partition)
        partition = partitions.setdefault(key, _Partition())
        shared: _Row = {
            "batch_id": batch.batch_id,
            "contract": batch.contract.name,
            "partition": batch.delivery.partition,
            "knowledge_date": _knowledge_date(batch, partition.known, seen_at),
            "status": "pending",
        }
        partition.known = max(shared["knowledge_date"], partition.known or date.min)
        amounts = [_amount(batch, tally, loaded[batch.batch_id]) for tally in batch.extract.amounts]
        ledger_rows.append(shared | _in_ledger(batch, partition.accepted))
        ops_rows.append(shared | _in_operations(batch, loaded[batch.batch_id], seen_at) | _primary(amounts))
        amount_rows += amounts
    for relation, rows in (
        ("ledger.batches", ledger_rows),
        ("ops.batches", ops_rows),
        ("ops.batch_amounts", amount_rows),
    ):
        if rows:
            warehouse.append(relation, pl.DataFrame(rows, schema=TABLES[relation]))


def _partitions(warehouse: Warehouse) -> dict[tuple[str, str], _Partition]:
    found = warehouse.query(
        """
        select
            contract, partition, max(knowledge_date) as known, max(batch_id) filter (status = 'accepted') as accepted
        from ledger.batches where status <> 'quarantined' group by all
        """
    )
    return {(contract, name): _Partition(known, accepted) for contract, name, known, accepted in found.iter_rows()}


def _knowledge_date(batch: Batch, prior: date | None, seen_at: datetime) -> date:
    """When the batch became known: fixed here, once (DESIGN section 2, clocks)."""
    seen_on = seen_at.astimezone(TIMEZONE).date()
    declared = batch.extract.stated_knowledge or batch.delivery.declared_knowledge or seen_on
    if batch.contract.knowledge.otherwise == "first_seen":
        # A form named after its month is here before the month ends (a backfill, after it: then the name counts).
        declared = min(declared, seen_on)
    return declared if prior is None or declared > prior else max(declared, seen_on)


def _loaded(warehouse: Warehouse, batches: Sequence[Batch]) -> dict[int, _Row]:
    """What the ledger itself holds of each batch: `rows_loaded`, `rows_rejected`, `parties`, a sum of each measure."""
    ids = [batch.batch_id for batch in batches]
    counts: dict[int, _Row] = {batch_id: {"rows_loaded": 0, "rows_rejected": 0} for batch_id in ids}
    for target in sorted({batch.contract.target for batch in batches}):
        for row in warehouse.query(_loaded_of(target), [ids]).iter_rows(named=True):
            counts[row.pop("batch_id")] |= row
    rejected = warehouse.query(
        """
        select batch_id, count(distinct line) as n from ops.rejects
        where batch_id in (select unnest($1)) group by batch_id
        """,
        [ids],
    )
    for batch_id, lines in rejected.iter_rows():
        counts[batch_id]["rows_rejected"] = lines
    for batch in batches:
        counts[batch.batch_id].setdefault("parties", 0 if batch.contract.definition.has_party else None)
    return counts


def _loaded_of(target: str) -> str:
    definition = TARGETS[target]
    sums = "".join(f', sum(r."{field.name}") as "{field.name}"' for field in definition.measures)
    parties, joined = "", ""
    if definition.has_party:
        parties = ", count(distinct coalesce(p.source_id, p.name)) as parties"
        joined = "inner join ledger.parties as p using (party_key)"
    return f"""
        select r.batch_id, sum(r.source_rows)::bigint as rows_loaded {sums} {parties}
        from ledger.{target} as r {joined}
        where r.batch_id in (select unnest($1)) group by r.batch_id
        """


def _in_ledger(batch: Batch, supersedes: int | None) -> _Row:
    contract, covers = batch.contract, _covered_months(batch.delivery, batch.extract)
    return {
        "target": contract.target,
        "delivery": contract.delivery,
        "across_files": contract.across_files,
        "time_basis": contract.time_basis,
        "closing_lag_months": contract.closing_lag_months,
        "covers_from": min(covers, default=None),
        "covers": covers,
        "supersedes": None if contract.delivery == "increment" else supersedes,
    }


def _in_operations(batch: Batch, loaded: _Row, seen_at: datetime) -> _Row:
    extract = batch.extract
    return {
        "file": batch.delivery.file.name,
        "sheet": extract.sheet,
        "sha256": batch.delivery.file.sha256,
        "contract_fingerprint": batch.contract.fingerprint,
        "first_seen_at": seen_at,
        "encoding": extract.encoding,
        "rows_read": extract.rows_read,
        "rows_loaded": loaded["rows_loaded"],
        "rows_rejected": loaded["rows_rejected"],
        "rows_duplicate": extract.rows_duplicate,
        "rows_total_line": extract.rows_total_line,
        "rows_blank": extract.rows_blank,
        "rows_preamble": extract.rows_preamble,
        "parties": loaded["parties"],
        "note": "",
    }


def _primary(amounts: list[_Row]) -> _Row:
    """The contract's primary amount, repeated with the batch."""
    fates = ("read", "loaded", "rejected", "duplicate")
    return {f"amount_{fate}": amounts[0][fate] if amounts else None for fate in fates}


def _covered_months(delivery: Delivery, extract: Extract) -> list[date]:
    """The months that a batch closes: the one its name declares, else those that its rows are mainly of.

    A month counts that has at least half as many rows as the batch's median month: a few late rows cover nothing.
    """
    if delivery.covers is not None:
        return [delivery.covers]
    if "month" not in extract.rows.columns:
        return []
    months = extract.rows.group_by("month").len()
    return sorted(months.filter(pl.col("len") * 2 >= pl.col("len").median())["month"].to_list())


def _amount(batch: Batch, tally: AmountTally, loaded: _Row) -> _Row:
    """The accounts of one amount column, in the file's sign and unit; what is loaded is summed in the ledger."""
    column = next(c for c in batch.contract.columns if c.canonical == tally.column)
    exponent = UNIT_EXPONENT[tally.unit]  # type: ignore[index]
    to_file = column.sign * Decimal(1).scaleb(-exponent)
    return {
        "batch_id": batch.batch_id,
        "column": tally.column,
        "unit": tally.unit,
        "sign": column.sign,
        "factor": 10**exponent,
        "read": tally.read,
        "loaded": _sum(loaded.get(tally.column)) * to_file,
        "rejected": tally.rejected + _sum(batch.repeated[tally.column].sum()) * to_file,
        "duplicate": tally.duplicate,
        "total_line": tally.total_line,
        "rows_unreadable": tally.rows_unreadable,
        "total_line_difference": batch.extract.total_line_differences.get(tally.column),
    }


def _sum(value: object) -> Decimal:
    """A sum of money as SQL or polars give it: null over no rows."""
    return value if isinstance(value, Decimal) else Decimal(0)
