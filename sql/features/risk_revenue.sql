-- One row per as-of date, enterprise and month with receipts, refunds or deferrals: restored revenue, level in use.
-- key: as_of_date, enterprise_id, month
-- materialized: table
--
-- Level: local, or its fallback (features.levels_in_use). What risk features and labels are made of.
--
-- column restored [currency]: revenue with VAT credit refunds restored; null = unknown
-- column refund [currency]: the VAT credit refunds of the month; positive
-- column deferred [currency]: put off less what came in because it had been; null without deferral extracts
-- column total [currency]: restored revenue of all levels; null where the level in use is that one anyway
with

by_level as (
    select
        revenue.*,
        levels.level_used = 'total' as is_total
    from features.revenue_by_level as revenue
    inner join features.levels_in_use as levels
        on
            revenue.as_of_date = levels.as_of_date
            and revenue.level = levels.level_used
            and levels.level_asked = 'local'
)

select
    by_level.as_of_date,
    by_level.enterprise_id,
    by_level.month,
    (by_level.natural_revenue + by_level.refund)::decimal(18, 2) as restored,
    by_level.refund,
    (by_level.deferred_out - by_level.deferred_in)::decimal(18, 2) as deferred,
    if(by_level.is_total, null, monthly.total_restored)::decimal(18, 2) as total
from by_level
inner join features.revenue_monthly as monthly
    on
        by_level.as_of_date = monthly.as_of_date
        and by_level.enterprise_id = monthly.enterprise_id
        and by_level.month = monthly.month
