-- One row per as-of date and ledger row of receipts or refunds, with every level that the row itself gives.
-- key: as_of_date, source, batch_id, line
-- materialized: view
--
-- A level that is not given is derived only where it follows from the row: local = city + district,
-- local = total - central, total = central + local, central = total - local. Never district = local x a share
-- (DOMAIN section 0).
-- flow: a VAT credit refund is a line of VAT whose reason contains 留抵; the sign says nothing (DOMAIN section 1). Any
-- other line of a refund extract is an other refund (export, 即征即退, settlement, overpayment); a negative line of the
-- receipts is a correction of receipts.
--
-- column flow [text]: receipt, vat_credit_refund or other_refund
-- column levels_from [text]: what gives the levels: row (its own amounts), ratio (its own shares) or table
-- A levy item is in scope when the seeds or the workspace know it; a contract without levy items is in scope.
with

flows as (
    select
        'receipts' as source,
        * exclude (receipt_date, industry, zone, branch_type)
    from ledger.receipts_as_known
    union all by name
    select
        'refunds' as source,
        * exclude (refund_date)
    from ledger.refunds_as_known
),

scoped as (
    select
        flows.*,
        coalesce(items.levy, flows.levy_item, 'ALL') as levy,
        coalesce(items.in_local_revenue, flows.levy_item is null) as in_local_revenue,
        coalesce(items.is_tax or items.in_local_revenue, flows.levy_item is null) as is_in_scope
    from flows
    left join run.levy_items as items on flows.levy_item = items.levy_item
),

with_local as (
    select
        *,
        if(
            in_local_revenue,
            coalesce(amount_local, amount_city + amount_district, amount_total - amount_central),
            0
        ) as local
    from scoped
)

select
    as_of_date,
    source,
    batch_id,
    line,
    contract,
    time_basis,
    enterprise_id,
    month,
    levy,
    levy_item,
    is_in_scope,
    in_local_revenue,
    levy_subitem,
    reason,
    tax_period_from,
    tax_period_to,
    case
        when levy = 'VAT' and reason like '%留抵%' then 'vat_credit_refund'
        when source = 'refunds' then 'other_refund'
        else 'receipt'
    end as flow,
    flow = 'vat_credit_refund' as is_vat_credit_refund,
    'row' as levels_from,
    coalesce(amount_total, amount_central + local) as total,
    coalesce(amount_central, amount_total - local) as central,
    local,
    if(in_local_revenue, amount_city, 0) as city,
    if(in_local_revenue, amount_district, 0) as district
from with_local
