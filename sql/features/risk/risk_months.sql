-- One row per enterprise in the park and covered month of the last 24 closed ones: its restored revenue.
-- key: enterprise_id, months_back
-- materialized: table
--
-- Level: local, or its fallback (features.levels_in_use). A covered month without a row is 0, one with an unknown
-- amount null, one that is not covered no row: a window of n months is known where it has n rows with an amount.
--
-- column months_back [count]: 0 is the last closed month, 12 the same month a year before
-- column has_row [flag]: some receipt, refund or deferral of the month is known
-- column restored [currency]: revenue with VAT credit refunds restored
-- column refund [currency]: the VAT credit refunds of the month; positive
-- column deferred [currency]: put off less what came in because it had been; null without deferral extracts
-- column total [currency]: restored revenue of all levels; null where revenue is of that level anyway
with

spans as (
    select
        covered.month,
        date_diff('month', covered.month, closed.last_closed) as months_back
    from features.closed_months as closed
    cross join features.covered_months as covered
    where covered.month between closed.last_closed - interval 23 month and closed.last_closed
),

sources as (
    select
        levels.level_used,
        count(batches.batch_id) > 0 as has_deferrals
    from features.levels_in_use as levels
    left join ledger.batches_as_known as batches
        on batches.target = 'deferrals'
    where levels.level_asked = 'local'
    group by levels.level_used
)

select
    population.enterprise_id,
    spans.month,
    spans.months_back,
    revenue.month is not null as has_row,
    if(has_row, revenue.restored, 0)::decimal(18, 2) as restored,
    if(has_row, revenue.refund, 0)::decimal(18, 2) as refund,
    if(has_row, revenue.deferred, if(sources.has_deferrals, 0, null))::decimal(18, 2) as deferred,
    if(has_row, revenue.total, if(sources.level_used = 'total', null, 0))::decimal(18, 2) as total
from features.park_population as population
cross join spans
cross join sources
left join features.risk_revenue as revenue using (enterprise_id, month)
where population.moved_on is null
