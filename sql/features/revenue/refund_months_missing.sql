-- One row per window and month of either year that has receipts but no refund extract, once refunds come.
-- key: window_name, month
-- materialized: table
with

refund_months as (
    select distinct unnest(covers) as month
    from ledger.batches_as_known
    where target = 'refunds'
),

delivering as (
    select count(*) > 0 as has_refunds
    from refund_months
)

select distinct
    windows.window_name,
    covered.month
from features.covered_months as covered
cross join delivering
inner join features.windows as windows
    on
        covered.month between windows.window_start and windows.window_end
        or covered.month between windows.prior_start and windows.prior_end
anti join refund_months using (month)
where delivering.has_refunds
