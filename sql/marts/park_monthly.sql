-- One row per as-of date and month from January of last year to the last closed one: the whole ledger's revenue.
-- key: as_of_date, month
-- materialized: table
--
-- The level is the local one, or what the data can give instead. A month that is not covered is unknown, never zero;
-- enterprises whose level is unknown in a month are left out of its sum and counted.
with

calendar as (
    select
        unnest(generate_series(date_trunc('year', last_closed) - interval 1 year, last_closed, interval 1 month))::date
            as month
    from features.closed_months
    where last_closed is not null
),

summed as (
    select
        revenue.month,
        sum(revenue.natural_revenue)::decimal(18, 2) as natural_revenue,
        sum(revenue.natural_revenue + revenue.refund)::decimal(18, 2) as restored_revenue,
        count(*) - count(revenue.natural_revenue) as enterprises_unknown
    from features.revenue_by_level as revenue
    inner join features.levels_in_use as levels
        on
            revenue.level = levels.level_used
            and levels.level_asked = 'local'
    group by revenue.month
)

select
    as_of.as_of_date,
    calendar.month,
    covered.month is not null as is_covered,
    if(covered.month is not null, summed.natural_revenue, null) as natural_revenue,
    if(covered.month is not null, summed.restored_revenue, null) as restored_revenue,
    coalesce(summed.enterprises_unknown, 0) as enterprises_unknown
from calendar
cross join run.as_of
left join features.covered_months as covered using (month)
left join summed using (month)
order by calendar.month
