-- One row per enterprise, open month of the year and level: deferrals that come due, or are recorded ahead.
-- key: enterprise_id, month, level
-- materialized: table
--
-- Only what deferral records say by the as-of date: nothing else is taken to be put off in the rest of the year.
--
-- column due_in [currency]: falls due in the month because it had been put off; positive
-- column put_off [currency]: would have come in the month, and is recorded as put off; positive
with

moved as (
    select
        * exclude (paid_month),
        true as is_out
    from staging.deferral_lines
    union all by name
    select
        * exclude (month, paid_month),
        paid_month as month,
        false as is_out
    from staging.deferral_lines
),

by_level as (
    select
        enterprise_id,
        month,
        is_out,
        unnest(['total', 'central', 'local', 'city', 'district']) as level,
        unnest([total, central, local, city, district]) as amount
    from moved
)

select
    by_level.enterprise_id,
    by_level.month,
    by_level.level,
    coalesce(sum(by_level.amount) filter (where not by_level.is_out), 0)::decimal(18, 2) as due_in,
    coalesce(sum(by_level.amount) filter (where by_level.is_out), 0)::decimal(18, 2) as put_off
from by_level
inner join features.forecast_years as years
    on
        by_level.month > years.last_closed
        and years.year = year(by_level.month)
inner join features.park_population using (enterprise_id)
group by by_level.enterprise_id, by_level.month, by_level.level
