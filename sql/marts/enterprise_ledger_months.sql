-- One row per as-of date, enterprise of the ledger and month: the last 24 months up to the last closed one, natural.
-- key: as_of_date, enterprise_id, month
-- materialized: table
--
-- The level is the local one, or what the data can give instead. A month that is not covered is unknown, never zero;
-- in a covered month an enterprise without a line paid nothing.
with

calendar as (
    select unnest(generate_series(last_closed - interval 23 month, last_closed, interval 1 month))::date as month
    from features.closed_months
    where last_closed is not null
),

covered as (
    select
        months.month,
        levels.level_used as level
    from features.covered_months as months
    inner join features.levels_in_use as levels
        on levels.level_asked = 'local'
)

select
    as_of.as_of_date,
    population.enterprise_id,
    calendar.month,
    case
        when revenue.enterprise_id is not null then revenue.natural_revenue
        when covered.month is not null then 0
    end::decimal(18, 2) as natural_revenue
from features.ledger_population as population
cross join run.as_of
cross join calendar
left join covered using (month)
left join features.revenue_by_level as revenue
    on
        covered.month = revenue.month
        and covered.level = revenue.level
        and population.enterprise_id = revenue.enterprise_id
order by population.enterprise_id, calendar.month
