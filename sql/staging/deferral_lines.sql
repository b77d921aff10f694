-- One row per as-of date and ledger row of deferrals in scope, with every level that the row itself gives.
-- key: as_of_date, batch_id, line
-- materialized: view
--
-- Levels and scope follow the rules of staging.revenue_lines. month is when the money would have come, paid_month when
-- it falls due after the deferral (DOMAIN section 1).
with

scoped as (
    select
        deferrals.*,
        coalesce(items.levy, deferrals.levy_item, 'ALL') as levy,
        coalesce(items.in_local_revenue, deferrals.levy_item is null) as in_local_revenue
    from ledger.deferrals_as_known as deferrals
    left join run.levy_items as items on deferrals.levy_item = items.levy_item
    where coalesce(items.is_tax or items.in_local_revenue, deferrals.levy_item is null)
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
    batch_id,
    line,
    contract,
    time_basis,
    enterprise_id,
    month,
    paid_month,
    levy,
    coalesce(amount_total, amount_central + local) as total,
    coalesce(amount_central, amount_total - local) as central,
    local,
    if(in_local_revenue, amount_city, 0) as city,
    if(in_local_revenue, amount_district, 0) as district
from with_local
