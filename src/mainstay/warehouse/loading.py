"""Loading one file: ledger rows, rejects and tallies of a pending batch, in one transaction.

Target names come from the closed set of canonical targets, which is why they may stand in SQL text.
"""

from datetime import date, datetime
from decimal import Decimal

import polars as pl

from mainstay.extracts.contract import UNIT_EXPONENT, Contract
from mainstay.extracts.extract import Delivery, Extract
from mainstay.settings import TIMEZONE
from mainstay.warehouse.connection import Warehouse
from mainstay.warehouse.tables import TABLES


def load(warehouse: Warehouse, delivery: Delivery, extract: Extract, seen_at: datetime) -> int:
    """Commit one file as a pending batch: ledger rows, rejects, tallies, in one transaction.

    Returns:
        The batch id.
    """
    contract = delivery.contract
    batch_id = int(warehouse.query("select coalesce(max(batch_id), 0) + 1 as id from ops.batches").item())
    keyed = _with_key_text(extract.rows, contract)
    refused = _repeated_lines(warehouse, keyed, contract, delivery.partition)
    rows = keyed.join(refused, on="line", how="anti")
    with warehouse.transaction():
        _insert_parties(warehouse, rows, contract)
        _insert_rows(warehouse, batch_id, rows, contract)
        _insert_rejects(warehouse, batch_id, delivery, extract, refused)
        _insert_batch(warehouse, batch_id, delivery, extract, seen_at)
        _insert_amounts(warehouse, batch_id, contract, extract, keyed.join(refused, on="line", how="semi"))
        _count_loaded(warehouse, batch_id, contract, extract)
    return batch_id


def _with_key_text(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Add the key as text; null, and so never a repeat, where the key's first field (a voucher, an id) is blank."""
    if not contract.key:
        return rows.with_columns(key_text=pl.lit(None, dtype=pl.String))
    first, *others = (pl.col(name).cast(pl.String) for name in contract.key)
    parts = [pl.lit(contract.name), first, *(part.fill_null("") for part in others)]
    return rows.with_columns(key_text=pl.concat_str(parts, separator="\x1f"))


def _repeated_lines(warehouse: Warehouse, rows: pl.DataFrame, contract: Contract, partition: str) -> pl.DataFrame:
    """The lines that `within_file = 'reject'` or `across_files = 'reject'` refuse: `line`, `reason`."""
    refused = [pl.DataFrame(schema={"line": pl.Int64, "reason": pl.String})]
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


def _insert_parties(warehouse: Warehouse, rows: pl.DataFrame, contract: Contract) -> None:
    if not contract.definition.has_party:
        return
    with warehouse.registered(rows.select("source_id", "name", "name_key")) as incoming:
        warehouse.execute(
            f"""
            insert into ledger.parties by name
            with delivered as (
                select source_id, name, any_value(name_key) as name_key from {incoming} group by all
            )
            select
                (select coalesce(max(party_key), 0) from ledger.parties)
                + row_number() over (order by source_id, name) as party_key,
                $1 as namespace, source_id, name, name_key
            from delivered
            where not exists (
                from ledger.parties as p
                where
                    p.namespace = $1
                    and p.source_id is not distinct from delivered.source_id
                    and p.name is not distinct from delivered.name
            )
            """,
            [contract.id_namespace],
        )


def _insert_rows(warehouse: Warehouse, batch_id: int, rows: pl.DataFrame, contract: Contract) -> None:
    target = contract.definition
    with warehouse.registered(rows) as incoming:
        if target.has_party:
            warehouse.execute(
                f"""
                insert into ledger.{target.name} by name
                select
                    $1 as batch_id, p.party_key, md5(i.key_text)::uuid as row_key,
                    i.* exclude (source_id, name, name_key, key_text)
                from {incoming} as i
                inner join ledger.parties as p
                    on
                        p.namespace = $2
                        and p.source_id is not distinct from i.source_id
                        and p.name is not distinct from i.name
                """,
                [batch_id, contract.id_namespace],
            )
        else:
            warehouse.execute(
                f"""
                insert into ledger.{target.name} by name
                select $1 as batch_id, md5(key_text)::uuid as row_key, * exclude (key_text) from {incoming}
                """,
                [batch_id],
            )
    if contract.within_file == "last":
        _supersede_within(warehouse, batch_id, target.name)


def _supersede_within(warehouse: Warehouse, batch_id: int, target: str) -> None:
    """Under `within_file = 'last'`, let the last line of a repeated key stand in for the earlier ones."""
    warehouse.execute(
        f"""
        insert into ledger.superseded_rows
        select batch_id, line, batch_id, max(line) over (partition by row_key)
        from ledger.{target}
        where batch_id = $1 and row_key is not null
        qualify line < max(line) over (partition by row_key)
        """,
        [batch_id],
    )


def _insert_rejects(
    warehouse: Warehouse, batch_id: int, delivery: Delivery, extract: Extract, refused: pl.DataFrame
) -> None:
    place = {"batch_id": batch_id, "file": delivery.file.name, "sheet": extract.sheet}
    repeated = refused.with_columns(field=pl.lit(",".join(delivery.contract.key)), raw=pl.lit(""))
    rejects = pl.concat([extract.rejects, repeated.select(extract.rejects.columns)], how="vertical_relaxed")
    warehouse.append("ops.rejects", rejects.with_columns(**{name: pl.lit(value) for name, value in place.items()}))


def _knowledge_date(warehouse: Warehouse, delivery: Delivery, extract: Extract, seen_at: datetime) -> date:
    """When the batch became known: fixed here, once (DESIGN section 2, clocks)."""
    declared = extract.stated_knowledge or delivery.declared_knowledge or seen_at.astimezone(TIMEZONE).date()
    prior = warehouse.query(
        """
        select max(knowledge_date) as known from ledger.batches
        where contract = $1 and partition = $2 and status <> 'quarantined'
        """,
        [delivery.contract.name, delivery.partition],
    ).item()
    if prior is None or declared > prior:
        return declared
    return max(declared, seen_at.astimezone(TIMEZONE).date())


def _insert_batch(warehouse: Warehouse, batch_id: int, delivery: Delivery, extract: Extract, seen_at: datetime) -> None:
    contract = delivery.contract
    known = _knowledge_date(warehouse, delivery, extract, seen_at)
    covers = _covered_months(delivery, extract)
    supersedes = warehouse.query(
        """
        select max(batch_id) as id from ledger.batches
        where contract = $1 and partition = $2 and status = 'accepted' and $3 <> 'increment'
        """,
        [contract.name, delivery.partition, contract.delivery],
    ).item()
    shared = {
        "batch_id": batch_id,
        "contract": contract.name,
        "partition": delivery.partition,
        "knowledge_date": known,
        "status": "pending",
    }
    ledger_row = shared | {
        "target": contract.target,
        "delivery": contract.delivery,
        "across_files": contract.across_files,
        "time_basis": contract.time_basis,
        "closing_lag_months": contract.closing_lag_months,
        "covers_from": min(covers, default=None),
        "covers": covers,
        "supersedes": supersedes,
    }
    ops_row = shared | {
        "file": delivery.file.name,
        "sheet": extract.sheet,
        "sha256": delivery.file.sha256,
        "contract_fingerprint": contract.fingerprint,
        "first_seen_at": seen_at,
        "encoding": extract.encoding,
        "rows_read": extract.rows_read,
        "rows_duplicate": extract.rows_duplicate,
        "rows_total_line": extract.rows_total_line,
        "rows_blank": extract.rows_blank,
        "rows_preamble": extract.rows_preamble,
        "note": "",
    }
    for relation, row in (("ledger.batches", ledger_row), ("ops.batches", ops_row)):
        schema = {name: kind for name, kind in TABLES[relation].items() if name in row}
        warehouse.append(relation, pl.DataFrame([row], schema=schema))


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


def _insert_amounts(
    warehouse: Warehouse, batch_id: int, contract: Contract, extract: Extract, refused: pl.DataFrame
) -> None:
    rows = []
    for tally in extract.amounts:
        column = next(c for c in contract.columns if c.canonical == tally.column)
        to_file = column.sign * Decimal(1).scaleb(-UNIT_EXPONENT[tally.unit])  # type: ignore[index]
        loaded = _sum(
            warehouse.query(
                f'select sum("{tally.column}") as total from ledger.{contract.target} where batch_id = $1',
                [batch_id],
            ).item()
        )
        rows.append(
            {
                "batch_id": batch_id,
                "column": tally.column,
                "unit": tally.unit,
                "sign": column.sign,
                "factor": 10 ** UNIT_EXPONENT[tally.unit],  # type: ignore[index]
                "read": tally.read,
                "loaded": loaded * to_file,
                "rejected": tally.rejected + _sum(refused[tally.column].sum()) * to_file,
                "duplicate": tally.duplicate,
                "total_line": tally.total_line,
                "rows_unreadable": tally.rows_unreadable,
                "total_line_difference": extract.total_line_differences.get(tally.column),
            }
        )
    warehouse.append("ops.batch_amounts", pl.DataFrame(rows, schema=TABLES["ops.batch_amounts"]))


def _count_loaded(warehouse: Warehouse, batch_id: int, contract: Contract, extract: Extract) -> None:
    """Fill the batch's loaded and rejected counts from the ledger itself, and its primary amount."""
    primary = extract.amounts[0].column if extract.amounts else ""
    parties = (
        "(select count(distinct coalesce(source_id, name)) from ledger.parties "
        f"where party_key in (select party_key from ledger.{contract.target} where batch_id = $1))"
        if contract.definition.has_party
        else "null"
    )
    warehouse.execute(
        f"""
        update ops.batches as b set
            rows_loaded = (select coalesce(sum(source_rows), 0) from ledger.{contract.target} where batch_id = $1),
            rows_rejected = (select count(distinct line) from ops.rejects where batch_id = $1),
            parties = {parties},
            amount_read = (select read from ops.batch_amounts where batch_id = $1 and "column" = $2),
            amount_loaded = (select loaded from ops.batch_amounts where batch_id = $1 and "column" = $2),
            amount_rejected = (select rejected from ops.batch_amounts where batch_id = $1 and "column" = $2),
            amount_duplicate = (select duplicate from ops.batch_amounts where batch_id = $1 and "column" = $2)
        where b.batch_id = $1
        """,
        [batch_id, primary],
    )


def _sum(value: object) -> Decimal:
    """A sum of money as SQL or polars give it: null over no rows."""
    return value if isinstance(value, Decimal) else Decimal(0)
