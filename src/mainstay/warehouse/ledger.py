"""Keeping the ledger: a batch is pending until its gate, then accepted or quarantined; rows are never updated.

The steps of one ingest are `prepare`, `loading.load_all` per group of files, `supersede`, `identify`, and after the
gate `settle`.
Target names come from the closed set of canonical targets, which is why they may stand in SQL text.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.layout import state_layout
from mainstay.warehouse.tables import TABLES

ALWAYS_KNOWN = date(1900, 1, 1)
"""An identity that follows from the record itself was known as soon as the record was."""


def prepare(warehouse: Warehouse) -> None:
    """Create what is missing of the ledger, operations and events tables.

    Raises:
        MainstayError: an older or newer version made the warehouse (see `layout.upgrade`).
    """
    state_layout(warehouse)
    for relation, schema in TABLES.items():
        warehouse.ensure(relation, schema)
        if "source_rows" in schema:
            warehouse.execute(f"alter table {relation} add column if not exists row_key uuid")


def known_files(warehouse: Warehouse) -> pl.DataFrame:
    """One row per batch, oldest first: `sha256`, `contract`, `contract_fingerprint`, `status`, `note`."""
    return warehouse.query(
        "select sha256, contract, contract_fingerprint, status, note from ops.batches order by batch_id"
    )


def supersede(warehouse: Warehouse) -> None:
    """Record which rows a later row of the same key stands in for, for all pending batches at once.

    Later is the order of (knowledge_date, batch_id), and inside a file under `within_file = 'last'` the line.
    A row that is blank in the key's first field is never a repeat; further blanks compare equal.
    """
    targets = warehouse.query(
        "select distinct target from ledger.batches where status = 'pending' and across_files = 'version' order by all"
    )
    for target in targets["target"]:
        # Two narrow joins rather than one with an `or`, so that a week's file meets the ledger once.
        for old_status, later_status in (
            ("accepted", "pending"),
            ("pending", "accepted"),
            ("pending", "pending"),
        ):
            warehouse.execute(
                f"""
                insert into ledger.superseded_rows
                with batches as (
                    select * from ledger.batches where across_files = 'version' and target = $1
                ),
                old_rows as (
                    select r.batch_id, r.line, r.row_key, b.contract, b.knowledge_date
                    from ledger.{target} as r inner join batches as b using (batch_id)
                    where b.status = $2 and r.row_key is not null
                ),
                -- One row a key and batch before the join: grouping its result would cost many times as much.
                later_rows as (
                    select r.batch_id, min(r.line) as line, r.row_key, b.contract, b.knowledge_date
                    from ledger.{target} as r inner join batches as b using (batch_id)
                    where b.status = $3 and r.row_key is not null
                    group by r.batch_id, r.row_key, b.contract, b.knowledge_date
                )
                select o.batch_id, o.line, l.batch_id, l.line
                from old_rows as o
                inner join later_rows as l
                    on
                        o.row_key = l.row_key
                        and o.contract = l.contract
                        and (l.knowledge_date, l.batch_id) > (o.knowledge_date, o.batch_id)
                where not exists (
                    from ledger.superseded_rows as s
                    where s.batch_id = o.batch_id and s.line = o.line and s.by_batch_id = l.batch_id
                )
                """,
                [target, old_status, later_status],
            )


def identify(warehouse: Warehouse, *, one_namespace: bool) -> None:
    """Give every party an enterprise id of its own (DESIGN section 2, identity); rows are only appended.

    A party with an id keeps it, with its namespace in front where the workspace has several and it is no uscc; an
    id that was identified before stays what it was. A party with a name only stands for itself, until
    `ledger.identity_as_known` finds the one enterprise of that name.
    """
    warehouse.execute(
        """
        insert into ledger.identity
        with known as (
            select p.namespace, p.source_id, min(i.enterprise_id) as enterprise_id
            from ledger.identity as i inner join ledger.parties as p using (party_key)
            where p.source_id is not null
            group by all
        )
        select
            p.party_key,
            case
                when p.source_id is null then p.namespace || ':' || p.name_key
                when k.enterprise_id is not null then k.enterprise_id
                when
                    $1
                    or regexp_full_match(p.source_id, '[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}')
                    then p.source_id
                else p.namespace || ':' || p.source_id
            end,
            $2,
            if(p.source_id is null, 'name', 'source_id')
        from ledger.parties as p
        left join known as k on p.namespace = k.namespace and p.source_id = k.source_id
        where p.party_key not in (select party_key from ledger.identity)
        """,
        [one_namespace, ALWAYS_KNOWN],
    )


def settle(warehouse: Warehouse, batch_ids: Sequence[int], status: str, note: str = "") -> None:
    """Flip pending batches to `accepted` or `quarantined`, in one transaction."""
    ids, is_one = list(batch_ids), "where batch_id in (select unnest($1))"
    with warehouse.transaction():
        warehouse.execute(f"update ledger.batches set status = $2 {is_one}", [ids, status])
        warehouse.execute(
            f"update ops.batches set status = $2, note = if($3 = '', note, $3) {is_one}", [ids, status, note]
        )


def pending_files(warehouse: Warehouse, contract: str) -> dict[int, str]:
    """The batches of a contract that wait for their gate: batch id -> landed file."""
    waiting = warehouse.query(
        "select batch_id, file from ops.batches where status = 'pending' and contract = $1 order by batch_id",
        [contract],
    )
    return dict(waiting.iter_rows())


def batch_counts(warehouse: Warehouse) -> pl.DataFrame:
    """One row per batch: where its rows went, and its status."""
    return warehouse.query(
        """
        select
            file, sheet, contract, knowledge_date, status, rows_read, rows_loaded, rows_rejected, rows_duplicate,
            rows_total_line, rows_blank, note
        from ops.batches
        order by batch_id
        """
    )
