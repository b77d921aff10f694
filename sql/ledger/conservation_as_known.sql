-- One row per contract: rows and money loaded, replaced with their batch, superseded, and counting.
-- key: contract
-- materialized: table
--
-- The second conservation gate (DESIGN section 3). `money` adds up every amount column, so that no level escapes;
-- loaded money comes from the tallies in the files' own units, current money from the as-known relations.
with

tallies as (
    select
        batch_id,
        sum(loaded::decimal(28, 10) * factor::decimal(10, 0) * sign)::decimal(38, 2) as money
    from ops.batch_amounts
    group by batch_id
),

loaded as (
    select
        batches.contract,
        sum(files.rows_loaded) as loaded_rows,
        coalesce(sum(tallies.money), 0) as loaded_money,
        coalesce(sum(files.rows_loaded) filter (where counting.batch_id is null), 0) as replaced_rows,
        coalesce(sum(tallies.money) filter (where counting.batch_id is null), 0) as replaced_money
    from ledger.accepted_batches_as_known as batches
    inner join ops.batches as files using (batch_id)
    left join tallies using (batch_id)
    left join ledger.batches_as_known as counting using (batch_id)
    where batches.target in ('receipts', 'refunds')
    group by batches.contract
),

flows as (
    select
        batch_id,
        line,
        source_rows,
        coalesce(amount_total, 0) + coalesce(amount_central, 0) + coalesce(amount_local, 0)
        + coalesce(amount_city, 0) + coalesce(amount_district, 0) as money
    from ledger.receipts
    union all
    select
        batch_id,
        line,
        source_rows,
        coalesce(amount_total, 0) + coalesce(amount_central, 0) + coalesce(amount_local, 0)
        + coalesce(amount_city, 0) + coalesce(amount_district, 0) as money
    from ledger.refunds
),

superseded as (
    select
        batches.contract,
        sum(flows.source_rows) as superseded_rows,
        sum(flows.money) as superseded_money
    from ledger.superseded_as_known
    inner join ledger.batches_as_known as batches using (batch_id)
    inner join flows using (batch_id, line)
    group by batches.contract
),

current_flows as (
    select
        contract,
        source_rows,
        columns('amount_.*')
    from ledger.receipts_as_known
    union all by name
    select
        contract,
        source_rows,
        columns('amount_.*')
    from ledger.refunds_as_known
),

current_rows as (
    select
        contract,
        sum(source_rows) as current_rows,
        sum(
            coalesce(amount_total, 0) + coalesce(amount_central, 0) + coalesce(amount_local, 0)
            + coalesce(amount_city, 0) + coalesce(amount_district, 0)
        ) as current_money
    from current_flows
    group by contract
)

select
    loaded.contract,
    loaded.loaded_rows,
    loaded.loaded_money,
    loaded.replaced_rows,
    loaded.replaced_money,
    coalesce(superseded.superseded_rows, 0) as superseded_rows,
    coalesce(superseded.superseded_money, 0) as superseded_money,
    coalesce(current_rows.current_rows, 0) as current_rows,
    coalesce(current_rows.current_money, 0) as current_money
from loaded
left join superseded using (contract)
left join current_rows using (contract)
