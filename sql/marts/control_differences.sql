-- One row per as-of date, month and level for which the finance bureau states a total: ours, theirs, the difference.
-- key: as_of_date, month, level
-- materialized: table
--
-- All levies together, natural caliber. A month that is not covered has no computed figure and no difference.
with

computed as (
    select
        revenue.as_of_date,
        revenue.month,
        revenue.level,
        sum(revenue.natural_revenue) as amount
    from features.revenue_by_level as revenue
    inner join features.covered_months as covered
        on revenue.as_of_date = covered.as_of_date and revenue.month = covered.month
    group by revenue.as_of_date, revenue.month, revenue.level
),

stated as (
    select
        as_of_date,
        month,
        level,
        sum(amount) as amount,
        string_agg(distinct source, '、' order by source) as source
    from ledger.control_totals_as_known
    where levy_item is null
    group by as_of_date, month, level
)

select
    stated.as_of_date,
    stated.month,
    stated.level,
    stated.source,
    stated.amount::decimal(18, 2) as stated,
    computed.amount::decimal(18, 2) as computed,
    (computed.amount - stated.amount)::decimal(18, 2) as difference
from stated
left join computed
    on stated.as_of_date = computed.as_of_date and stated.month = computed.month and stated.level = computed.level
order by stated.as_of_date, stated.month, stated.level
