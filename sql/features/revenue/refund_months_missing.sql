-- One row per as-of date, window and month of either year that has receipts but no refund extract, once refunds come.
-- key: as_of_date, window_name, month
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
    select distinct as_of_date
    from refund_months
)

select distinct
    covered.as_of_date,
    windows.window_name,
    covered.month
from features.covered_months as covered
inner join delivering on covered.as_of_date = delivering.as_of_date
inner join features.windows as windows
    on
        covered.as_of_date = windows.as_of_date
        and (
            covered.month between windows.window_start and windows.window_end
            or covered.month between windows.prior_start and windows.prior_end
        )
anti join refund_months
    on covered.as_of_date = refund_months.as_of_date and covered.month = refund_months.month
