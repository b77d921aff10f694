"""The tables that are written by code rather than by a model: ledger, operations, events.

A schema is stated once, as polars types; `Warehouse.ensure` creates the table and adds what a newer version
brings. Grain and key stand in the comment above each.
"""

import polars as pl

from mainstay.extracts.targets import MONEY, TARGETS, Target

FILE_MONEY = pl.Decimal(38, 10)
"""Amounts in a file's own unit: 亿元 with cents has ten decimals."""
UTC = pl.Datetime("us", "UTC")

_PARTY_FIELDS = ("source_id", "name")


def ledger_schema(target: Target) -> pl.Schema:
    """One row per loaded line of a batch; key: batch_id, line. `ledger.prepare` adds `row_key`, a uuid."""
    columns: dict[str, pl.DataType] = {"batch_id": pl.Int64(), "line": pl.Int64(), "source_rows": pl.Int32()}
    columns["flags"] = pl.String()
    if target.has_party:
        columns["party_key"] = pl.Int64()
    columns |= {f.name: f.dtype for f in target.fields if f.name not in _PARTY_FIELDS or not target.has_party}
    return pl.Schema(columns)


_COLUMNS: dict[str, dict[str, pl.DataType]] = {
    # key: batch_id; a batch is one landed file (or sheet) under one contract.
    "ledger.batches": {
        "batch_id": pl.Int64(),
        "contract": pl.String(),
        "target": pl.String(),
        "delivery": pl.String(),
        "across_files": pl.String(),
        "time_basis": pl.String(),
        "closing_lag_months": pl.Int32(),
        "partition": pl.String(),
        "covers_from": pl.Date(),
        "covers": pl.List(pl.Date()),
        "knowledge_date": pl.Date(),
        "status": pl.String(),
        "supersedes": pl.Int64(),
    },
    # key: party_key; a party is what a file calls an enterprise: namespace, id, name.
    "ledger.parties": {
        "party_key": pl.Int64(),
        "namespace": pl.String(),
        "source_id": pl.String(),
        "name": pl.String(),
        "name_key": pl.String(),
    },
    # key: party_key, knowledge_date; append-only.
    "ledger.identity": {
        "party_key": pl.Int64(),
        "enterprise_id": pl.String(),
        "knowledge_date": pl.Date(),
        "basis": pl.String(),
    },
    # key: batch_id, line, by_batch_id; a row that a later row of the same key stands in for.
    "ledger.superseded_rows": {
        "batch_id": pl.Int64(),
        "line": pl.Int64(),
        "by_batch_id": pl.Int64(),
        "by_line": pl.Int64(),
    },
    # key: batch_id.
    "ops.batches": {
        "batch_id": pl.Int64(),
        "file": pl.String(),
        "sheet": pl.String(),
        "sha256": pl.String(),
        "contract": pl.String(),
        "contract_fingerprint": pl.String(),
        "partition": pl.String(),
        "knowledge_date": pl.Date(),
        "first_seen_at": UTC,
        "status": pl.String(),
        "encoding": pl.String(),
        "rows_read": pl.Int64(),
        "rows_loaded": pl.Int64(),
        "rows_rejected": pl.Int64(),
        "rows_duplicate": pl.Int64(),
        "rows_total_line": pl.Int64(),
        "rows_blank": pl.Int64(),
        "rows_preamble": pl.Int64(),
        "parties": pl.Int64(),
        "amount_read": FILE_MONEY,
        "amount_loaded": FILE_MONEY,
        "amount_rejected": FILE_MONEY,
        "amount_duplicate": FILE_MONEY,
        "note": pl.String(),
    },
    # key: batch_id, column; in the file's sign and unit.
    "ops.batch_amounts": {
        "batch_id": pl.Int64(),
        "column": pl.String(),
        "unit": pl.String(),
        "sign": pl.Int32(),
        "factor": pl.Int64(),
        "read": FILE_MONEY,
        "loaded": FILE_MONEY,
        "rejected": FILE_MONEY,
        "duplicate": FILE_MONEY,
        "total_line": FILE_MONEY,
        "rows_unreadable": pl.Int64(),
        "total_line_difference": FILE_MONEY,
    },
    # key: batch_id, line, field, reason; `raw` never leaves the warehouse.
    "ops.rejects": {
        "batch_id": pl.Int64(),
        "file": pl.String(),
        "sheet": pl.String(),
        "line": pl.Int64(),
        "field": pl.String(),
        "reason": pl.String(),
        "raw": pl.String(),
    },
    # key: run_id, scope, subject, rule.
    "ops.checks": {
        "run_id": pl.String(),
        "scope": pl.String(),
        "subject": pl.String(),
        "rule": pl.String(),
        "severity": pl.String(),
        "passed": pl.Boolean(),
        "measured": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "detail": pl.String(),
    },
    # key: run_id.
    "ops.runs": {
        "run_id": pl.String(),
        "as_of_date": pl.Date(),
        "started_at": UTC,
        "finished_at": UTC,
        "status": pl.String(),
        "replay": pl.Boolean(),
        "version": pl.String(),
    },
    # key: run_id, path.
    "ops.exports": {
        "run_id": pl.String(),
        "path": pl.String(),
        "audience": pl.String(),
        "rows": pl.Int64(),
        "sha256": pl.String(),
        "exported_at": UTC,
    },
    # key: as_of_date, sha256; the landed files that a published week counted.
    "events.deliveries": {"as_of_date": pl.Date(), "sha256": pl.String()},
    # key: as_of_date, list_name, enterprise_id; the places of drop lists and of firm lists as each week published them,
    # with the figures that they were ranked by, in the list's level and caliber.
    "events.drop_lists": {
        "as_of_date": pl.Date(),
        "list_name": pl.String(),
        "enterprise_id": pl.String(),
        "rank": pl.Int64(),
        "shared_rank": pl.Int64(),
        "current": MONEY,
        "prior": MONEY,
        "change": MONEY,
    },
    # key: as_of_date, list_name; how a week computed each list, also one without a place on it.
    "events.list_weeks": {
        "as_of_date": pl.Date(),
        "list_name": pl.String(),
        "fingerprint": pl.String(),
        "population_used": pl.String(),
        "level": pl.String(),
        "window_start": pl.Date(),
        "window_end": pl.Date(),
        "is_covered": pl.Boolean(),
    },
    # key: as_of_date, order_id; a row where an order is issued or changes.
    "events.work_orders": {
        "as_of_date": pl.Date(),
        "order_id": pl.String(),
        "enterprise_id": pl.String(),
        "sources": pl.List(pl.String()),
        "status": pl.String(),
        "priority": pl.Int64(),
        "assignee": pl.String(),
        "issued_on": pl.Date(),
        "opened_on": pl.Date(),
        "due_on": pl.Date(),
    },
    # key: as_of_date, case_id; the outbound register as each week published it.
    "events.outbound_cases": {
        "as_of_date": pl.Date(),
        "case_id": pl.String(),
        "enterprise_id": pl.String(),
        "state": pl.String(),
    },
    # key: order_id; append-only, so that no number is ever given twice.
    "events.order_numbers": {"order_id": pl.String(), "enterprise_id": pl.String(), "issued_on": pl.Date()},
    # key: as_of_date, target, horizon_months, enterprise_id; what each published week said of every enterprise graded,
    # with the months it spoke of and their base, so that what became of it can be told without rebuilding anything.
    # `rule_rank` is that of drop x amount; reasons stay with the flagged ones.
    "events.risk_scores": {
        "as_of_date": pl.Date(),
        "target": pl.String(),
        "horizon_months": pl.Int64(),
        "enterprise_id": pl.String(),
        "risk": pl.Float64(),
        "grade": pl.String(),
        "expected_loss": MONEY,
        "rank": pl.Int64(),
        "rule_rank": pl.Int64(),
        "basis": pl.String(),
        "model_version": pl.String(),
        "reasons": pl.String(),
        "is_flagged": pl.Boolean(),
        "base": MONEY,
        "label_from": pl.Date(),
        "label_to": pl.Date(),
        "local_at_stake": MONEY,
        "industry": pl.String(),
        "zone": pl.String(),
        "size_class": pl.String(),
    },
}

TABLES: dict[str, pl.Schema] = {name: pl.Schema(columns) for name, columns in _COLUMNS.items()} | {
    f"ledger.{target.name}": ledger_schema(target) for target in TARGETS.values()
}
"""Every table by name, those of the canonical targets included."""
