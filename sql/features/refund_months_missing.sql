-- One row per as-of date and month of a window that has receipts but no refund extract, once refunds are delivered.
-- key: as_of_date, month
-- materialized: table
with

refund_months as (
    select distinct
        as_of_date,
        unnest(covers) as month
    from ledger.batches_as_known
    where target = 'refunds'
),

delivering as (
    select
        as_of_date,
        min(month) as first_month
    from refund_months
    group by as_of_date
)

select distinct
    covered.as_of_date,
    covered.month
from features.covered_months as covered
inner join delivering on covered.as_of_date = delivering.as_of_date and covered.month >= delivering.first_month
inner join features.windows as windows
    on
        covered.as_of_date = windows.as_of_date
        and covered.month between windows.prior_start and windows.window_end
anti join refund_months
    on covered.as_of_date = refund_months.as_of_date and covered.month = refund_months.month
