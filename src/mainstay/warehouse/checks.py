"""The record of what was checked: every rule with its measure, in `ops.checks`."""

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.tables import TABLES


def record(warehouse: Warehouse, run_id: str, checks: pl.DataFrame) -> None:
    """Append checks (a row a subject and rule) to `ops.checks`."""
    columns = [name for name in TABLES["ops.checks"] if name != "run_id"]
    warehouse.append("ops.checks", checks.select(columns).with_columns(run_id=pl.lit(run_id)))


def record_warnings(
    warehouse: Warehouse, run_id: str, reasons: Mapping[str, str], *, rule: str, scope: str = "file"
) -> None:
    """Append a warning for every subject of a scope that breaks a rule: subject -> reason.

    Rules: `loadable` and `returnable` of landed files, `usable` of models (their place below models/).
    """
    rows = [
        {"run_id": run_id, "scope": scope, "subject": subject, "rule": rule, "severity": "warn", "passed": False}
        | {"measured": None, "low": None, "high": None, "detail": reason}
        for subject, reason in reasons.items()
    ]
    warehouse.append("ops.checks", pl.DataFrame(rows, schema=TABLES["ops.checks"]))


def record_exports(warehouse: Warehouse, run_id: str, files: pl.DataFrame) -> None:
    """Append what was written for people: one row a file with `path`, `audience`, `rows`, `sha256`."""
    rows = files.with_columns(run_id=pl.lit(run_id), exported_at=pl.lit(datetime.now(UTC)))
    warehouse.append(
        "ops.exports", rows.select(pl.col(name).cast(kind) for name, kind in TABLES["ops.exports"].items())
    )


def warnings_of(warehouse: Warehouse, run_id: str) -> pl.DataFrame:
    """The checks of a run that failed: `scope`, `subject`, `rule`, `severity`, `measured`, `low`, `high`, `detail`."""
    return warehouse.query(
        """
        select scope, subject, rule, severity, measured, low, high, detail
        from ops.checks where run_id = $1 and not passed order by scope, subject, rule
        """,
        [run_id],
    )


def outcome_errors(warehouse: Warehouse) -> pl.DataFrame:
    """One row per error in a delivered visit outcome: those of its cells, and those that only the orders show.

    Columns: `batch_id`, `file`, `sha256`, `sheet`, `contract`, `line`, `field`, `reason`. A step that an order does not
    allow was asked for by the status, or where the row states none by what is to come next.
    """
    return warehouse.query(
        """
        with errors as (
            select r.batch_id, r.line, r.field, r.reason
            from ops.rejects as r
            inner join ledger.batches as l using (batch_id)
            where l.target = 'visit_outcomes' and l.status = 'accepted'
            union all
            select
                p.batch_id,
                p.line,
                case
                    when p.reason <> 'not an allowed step' then ''
                    when o.status is null then 'next_step'
                    else 'status'
                end as field,
                p.reason
            from candidate.marts.outcome_problems as p
            inner join ledger.visit_outcomes as o using (batch_id, line)
        )
        select b.batch_id, b.file, b.sha256, b.sheet, b.contract, e.line, e.field, e.reason
        from errors as e
        inner join ops.batches as b using (batch_id)
        order by all
        """
    )


def exported_rows(warehouse: Warehouse, folder: str) -> dict[str, int]:
    """The files that any run has written into a folder of the workspace: name -> rows."""
    names = warehouse.query(
        "select path, max(rows)::bigint as rows from ops.exports where starts_with(path, $1) group by path",
        [f"{folder}/"],
    )
    return {path.removeprefix(f"{folder}/"): rows for path, rows in names.iter_rows()}
