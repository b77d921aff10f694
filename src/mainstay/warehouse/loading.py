"""Loading files: ledger rows, rejects and tallies of pending batches, several files in one transaction.

A statement and a commit cost the same for ten rows as for ten thousand, and most files are small: files are loaded
in groups, each group all or nothing. The outcome is that of one file after the other.

Target names come from the closed set of canonical targets, which is why they may stand in SQL text.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import polars as pl

from mainstay.extracts.contract import Contract
from mainstay.extracts.extract import Delivery, Extract
from mainstay.extracts.targets import TARGETS
from mainstay.warehouse.batches import Batch, describe
from mainstay.warehouse.connection import Warehouse

_GROUP_FILES = 50
_GROUP_ROWS = 50_000
"""A group ends with the file that reaches either: what a kill can cost, and what is held in memory (2026-11)."""
_REFUSED = pl.Schema({"line": pl.Int64(), "reason": pl.String()})


def in_groups(extracts: Iterable[tuple[Delivery, Extract]]) -> Iterator[list[tuple[Delivery, Extract]]]:
    """Gather files, in their order, into groups for `load_all`.

    A file whose contract refuses what an earlier file has brought never shares a group with such a file.
    """
    group: list[tuple[Delivery, Extract]] = []
    rows = 0
    for delivery, extract in extracts:
        contract = delivery.contract
        if contract.across_files == "reject" and any(earlier.contract.name == contract.name for earlier, _ in group):
            yield group
            group, rows = [], 0
        group.append((delivery, extract))
        rows += extract.rows.height
        if rows >= _GROUP_ROWS or len(group) >= _GROUP_FILES:
            yield group
            group, rows = [], 0
    if group:
        yield group


def load_all(warehouse: Warehouse, group: Sequence[tuple[Delivery, Extract]], seen_at: datetime) -> list[int]:
    """Commit the files of a group as pending batches, all or none of them.

    Returns:
        The batch ids, in the files' order.
    """
    last = int(warehouse.query("select coalesce(max(batch_id), 0) as id from ops.batches").item())
    batches = [_batch(warehouse, last + number, *file) for number, file in enumerate(group, start=1)]
    with warehouse.transaction():
        _insert_parties(warehouse, [batch for batch in batches if batch.contract.definition.has_party])
        for target in sorted({batch.contract.target for batch in batches}):
            _insert_rows(warehouse, target, [batch for batch in batches if batch.contract.target == target])
        _insert_rejects(warehouse, batches)
        describe(warehouse, batches, seen_at)
    return [batch.batch_id for batch in batches]


def _batch(warehouse: Warehouse, batch_id: int, delivery: Delivery, extract: Extract) -> Batch:
    keyed = _with_key_text(extract.rows, delivery.contract)
    refused = _repeated_lines(warehouse, keyed, delivery.contract, delivery.partition)
    is_refused = keyed["line"].is_in(refused["line"].to_list())
    return Batch(batch_id, delivery, extract, keyed.filter(~is_refused), keyed.filter(is_refused), refused)


def _with_key_text(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Add the key as text; null, and so never a repeat, where the key's first field (a voucher, an id) is blank."""
    if not contract.key:
        return rows.with_columns(key_text=pl.lit(None, dtype=pl.String))
    first, *others = (pl.col(name).cast(pl.String) for name in contract.key)
    parts = [pl.lit(contract.name), first, *(part.fill_null("") for part in others)]
    return rows.with_columns(key_text=pl.concat_str(parts, separator="\x1f"))


def _repeated_lines(warehouse: Warehouse, rows: pl.DataFrame, contract: Contract, partition: str) -> pl.DataFrame:
    """The lines that `within_file = 'reject'` or `across_files = 'reject'` refuse: `line`, `reason`."""
    refused = [pl.DataFrame(schema=_REFUSED)]
    keyed = rows.filter(pl.col("key_text").is_not_null()).select("line", "key_text")
    if contract.within_file == "reject":
        repeated = keyed.filter(pl.col("key_text").is_duplicated())
        refused.append(repeated.select("line", reason=pl.lit("REPEATED_IN_FILE")))
    if contract.across_files == "reject":
        with warehouse.registered(keyed) as incoming:
            earlier = warehouse.query(
                f"""
                select distinct i.line, 'REPEATED_IN_LATER_FILE' as reason
                from {incoming} as i
                inner join ledger.{contract.target} as r on r.row_key = md5(i.key_text)::uuid
                inner join ledger.batches as b using (batch_id)
                where
                    b.status <> 'quarantined'
                    and b.contract = $1
                    and not ($2 = 'replace_partition' and b.partition = $3)
                """,
                [contract.name, contract.delivery, partition],
            )
        refused.append(earlier)
    return pl.concat(refused).unique("line", keep="first", maintain_order=True)


def _insert_parties(warehouse: Warehouse, batches: Sequence[Batch]) -> None:
    """Number the parties that are new, in the order of the files that bring them."""
    if not batches:
        return
    delivered = [
        batch.rows.lazy()
        .select(
            "source_id",
            "name",
            "name_key",
            batch_id=pl.lit(batch.batch_id),
            namespace=pl.lit(batch.contract.id_namespace),
        )
        .unique()
        for batch in batches
    ]
    with warehouse.registered(pl.concat(delivered).collect()) as incoming:
        warehouse.execute(
            f"""
            insert into ledger.parties by name
            with delivered as (
                select namespace, source_id, name, any_value(name_key) as name_key, min(batch_id) as batch_id
                from {incoming}
                group by namespace, source_id, name
            )
            select
                (select coalesce(max(party_key), 0) from ledger.parties)
                + row_number() over (order by batch_id, source_id, name) as party_key,
                namespace, source_id, name, name_key
            from delivered
            where not exists (
                from ledger.parties as p
                where
                    p.namespace = delivered.namespace
                    and p.source_id is not distinct from delivered.source_id
                    and p.name is not distinct from delivered.name
            )
            """
        )


def _insert_rows(warehouse: Warehouse, target: str, batches: Sequence[Batch]) -> None:
    """Append the rows of the batches of one target."""
    rows = pl.concat(
        batch.rows.with_columns(batch_id=pl.lit(batch.batch_id), namespace=pl.lit(batch.contract.id_namespace))
        for batch in batches
    )
    with warehouse.registered(rows) as incoming:
        if TARGETS[target].has_party:
            warehouse.execute(
                f"""
                insert into ledger.{target} by name
                select
                    p.party_key, md5(i.key_text)::uuid as row_key,
                    i.* exclude (namespace, source_id, name, name_key, key_text)
                from {incoming} as i
                inner join ledger.parties as p
                    on
                        p.namespace = i.namespace
                        and p.source_id is not distinct from i.source_id
                        and p.name is not distinct from i.name
                """
            )
        else:
            warehouse.execute(
                f"""
                insert into ledger.{target} by name
                select md5(key_text)::uuid as row_key, * exclude (namespace, key_text) from {incoming}
                """
            )
    repeating = [
        b.batch_id
        for b in batches
        if b.contract.within_file == "last" and b.rows["key_text"].drop_nulls().is_duplicated().any()
    ]
    if repeating:
        _supersede_within(warehouse, repeating, target)


def _supersede_within(warehouse: Warehouse, batch_ids: list[int], target: str) -> None:
    """Under `within_file = 'last'`, let the last line of a repeated key stand in for the earlier ones."""
    warehouse.execute(
        f"""
        insert into ledger.superseded_rows
        select batch_id, line, batch_id, max(line) over (partition by batch_id, row_key)
        from ledger.{target}
        where batch_id in (select unnest($1)) and row_key is not null
        qualify line < max(line) over (partition by batch_id, row_key)
        """,
        [batch_ids],
    )


def _insert_rejects(warehouse: Warehouse, batches: Sequence[Batch]) -> None:
    rejects = [frame for batch in batches if (frame := _rejects(batch)).height]
    if rejects:
        warehouse.append("ops.rejects", pl.concat(rejects, how="vertical_relaxed"))


def _rejects(batch: Batch) -> pl.DataFrame:
    columns = batch.extract.rejects.columns
    repeated = batch.reasons.with_columns(field=pl.lit(",".join(batch.contract.key)), raw=pl.lit(""))
    rejects = pl.concat([batch.extract.rejects, repeated.select(columns)], how="vertical_relaxed")
    place = {"batch_id": batch.batch_id, "file": batch.delivery.file.name, "sheet": batch.extract.sheet}
    return rejects.with_columns(**{name: pl.lit(value) for name, value in place.items()})
