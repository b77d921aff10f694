"""The measures behind the gates: one SQL pass over all pending batches of a contract.

The SQL of the ranges is put together by sqlglot from the contract, never by pasting text.
"""

from collections.abc import Iterable

import polars as pl
from sqlglot import exp

from mainstay.extracts.contract import Contract
from mainstay.warehouse.connection import Warehouse

_SHOWN_LINES = 5

BATCH_METRICS = """
with batches as (
    select
        *,
        median(rows_loaded) over earlier as usual_rows,
        median(parties) over earlier as usual_parties
    from ops.batches
    where contract = $1 and status <> 'quarantined'
    window earlier as (
        order by knowledge_date, batch_id rows between 6 preceding and 1 preceding
    )
),
amounts as (
    select
        batch_id,
        max(abs("read" - loaded - rejected - duplicate - total_line)) as money_unaccounted,
        sum(rows_unreadable) as rows_unreadable,
        max(abs(total_line_difference)) as total_line_difference
    from ops.batch_amounts
    group by batch_id
)
select
    batches.batch_id,
    batches.rows_loaded + batches.rows_rejected + batches.rows_duplicate as rows_given,
    batches.rows_loaded as rows,
    batches.parties,
    batches.rows_loaded / batches.usual_rows as rows_ratio,
    batches.parties / batches.usual_parties as parties_ratio,
    batches.rows_read - batches.rows_loaded - batches.rows_rejected - batches.rows_duplicate
    - batches.rows_total_line - batches.rows_blank as rows_unaccounted,
    batches.rows_rejected / nullif(batches.rows_read - batches.rows_blank - batches.rows_total_line, 0)
        as rejected_share,
    coalesce(amounts.money_unaccounted, 0)::double as money_unaccounted,
    coalesce(amounts.rows_unreadable, 0) as rows_unreadable,
    coalesce(amounts.total_line_difference, 0)::double as total_line_difference
from batches
left join amounts using (batch_id)
where batches.status = 'pending'
order by batches.batch_id
"""


def batch_metrics(warehouse: Warehouse, contract: Contract) -> pl.DataFrame:
    """One row per pending batch of a contract: `batch_id` and every measure of its rules."""
    general = warehouse.query(BATCH_METRICS, [contract.name])
    if general.is_empty() or not contract.ranges:
        return general
    return general.join(warehouse.query(_range_metrics(contract)), on="batch_id", how="left")


def failing_lines(warehouse: Warehouse, contract: Contract, batch_ids: Iterable[int]) -> pl.DataFrame:
    """How many rows of a batch lie outside a bound of its contract, and the first of their lines.

    Returns:
        One row per file and field: `subject`, `field`, `lines` (as text).
    """
    if not contract.ranges:
        return pl.DataFrame(schema={"subject": pl.String, "field": pl.String, "lines": pl.String})
    return warehouse.query(
        f"""
        with failures as ({_range_failures(contract, list(batch_ids))})
        select
            b.file as subject,
            f.field,
            count(distinct f.line) || ' rows, first lines '
            || array_to_string(list_slice(list_sort(list(distinct f.line)), 1, $1), ', ') as lines
        from failures as f
        inner join ops.batches as b using (batch_id)
        group by all
        """,
        [_SHOWN_LINES],
    )


def _range_metrics(contract: Contract) -> str:
    """SQL for one row a pending batch: `batch_id`, and `low_<field>`, `high_<field>` of every bounded field.

    A month is measured in months from the month that the batch covers.
    """
    measures = []
    for field in sorted({bounds.field for bounds in contract.ranges}):
        value = _measured(contract, field)
        measures += [exp.Min(this=value).as_(f"low_{field}"), exp.Max(this=value.copy()).as_(f"high_{field}")]
    query = (
        exp.select(exp.column("batch_id", "facts"), *measures)
        .from_(exp.table_(contract.target, db="ledger", alias="facts"))
        .join(exp.table_("batches", db="ledger", alias="batches"), using=["batch_id"])
        .where(
            exp.column("status", "batches").eq("pending"),
            exp.column("contract", "batches").eq(contract.name),
        )
        .group_by(exp.column("batch_id", "facts"))
    )
    return query.sql("duckdb")


def _range_failures(contract: Contract, batch_ids: list[int]) -> str:
    """SQL for one row per ledger row outside a bound: `batch_id`, `line`, `field`."""
    parts = []
    for bounds in contract.ranges:
        value = _measured(contract, bounds.field)
        outside: list[exp.Expr] = []
        outside += [value.copy() < bounds.min] if bounds.min is not None else []
        outside += [value.copy() > bounds.max] if bounds.max is not None else []
        parts.append(
            exp.select(
                exp.column("batch_id", "facts"),
                exp.column("line", "facts"),
                exp.Literal.string(bounds.field).as_("field"),
            )
            .from_(exp.table_(contract.target, db="ledger", alias="facts"))
            .join(exp.table_("batches", db="ledger", alias="batches"), using=["batch_id"])
            .where(exp.column("batch_id", "facts").isin(*batch_ids), exp.or_(*outside))
        )
    return " union all ".join(part.sql("duckdb") for part in parts)


def _measured(contract: Contract, field: str) -> exp.Expr:
    column = exp.column(field, "facts")
    definition = contract.definition.field(field)
    if definition is not None and definition.kind == "month":
        return exp.func(
            "date_diff",
            exp.Literal.string("month"),
            exp.column("covers_from", "batches"),
            column,
            dialect="duckdb",
        )
    return exp.cast(column, "double")
