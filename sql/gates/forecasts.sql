-- One row per rule on the forecasts: firms and levels add up, ends enclose the forecast, ytd is the ledger's.
-- key: rule
-- materialized: table
--
-- Levels are compared in what the forecast itself says: closed months and deferrals due are the records' own, whose
-- levels have a gate in gates.revenue_lines.
with

firms as (
    select
        level,
        caliber,
        sum(ytd) as ytd,
        sum(forecast) as forecast
    from marts.forecasts
    where enterprise_id <> '*'
    group by level, caliber
),

park as (
    select *
    from marts.forecasts
    where enterprise_id = '*'
),

sums as (
    select
        count(*) filter (
            where park.forecast is distinct from firms.forecast or park.ytd is distinct from firms.ytd
        ) as differing
    from park
    full join firms
        on park.level = firms.level and park.caliber = firms.caliber
    where park.forecast is not null or firms.forecast is not null
),

ledger as (
    select
        months.enterprise_id,
        months.level,
        unnest(['natural', 'restored', 'deferral_adjusted']) as caliber,
        unnest(
            [
                sum(months.natural_revenue),
                sum(months.natural_revenue + months.refund),
                sum(months.natural_revenue + months.refund + months.deferred_out - months.deferred_in)
            ]
        ) as ytd
    from features.revenue_by_level as months
    inner join features.closed_months as closed
        on months.month between date_trunc('year', closed.last_closed) and closed.last_closed
    group by months.enterprise_id, months.level
),

closed_parts as (
    select count(*) filter (where forecasts.ytd <> coalesce(ledger.ytd, 0)) as differing
    from marts.forecasts as forecasts
    left join ledger using (enterprise_id, level, caliber)
    where forecasts.enterprise_id <> '*'
),

due as (
    select
        enterprise_id,
        level,
        sum(due_in - put_off) as amount
    from features.forecast_due
    group by enterprise_id, level
),

ahead as (
    select
        forecasts.caliber,
        forecasts.enterprise_id,
        forecasts.level,
        forecasts.forecast - forecasts.ytd
        - case when forecasts.caliber = 'deferral_adjusted' then 0 else coalesce(due.amount, 0) end as amount
    from marts.forecasts as forecasts
    left join due using (enterprise_id, level)
    where forecasts.enterprise_id <> '*'
),

beside as (
    select
        max(amount) filter (where level = 'total') as total,
        max(amount) filter (where level = 'central') as central,
        max(amount) filter (where level = 'local') as local,
        max(amount) filter (where level = 'city') as city,
        max(amount) filter (where level = 'district') as district
    from ahead
    group by caliber, enterprise_id
)

select
    'forecasts' as subject,
    'firms_sum_to_park' as rule,
    differing::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'levels and calibers in which the enterprises do not add up to the park, to the cent' as detail
from sums
union all
select
    'forecasts' as subject,
    'ends_enclose_forecast' as rule,
    count(*) filter (where not coalesce(low <= forecast and forecast <= high, forecast is null))::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'forecasts outside their own interval, or without one' as detail
from marts.forecasts
union all
select
    'forecasts' as subject,
    'levels_add_up' as rule,
    count(*) filter (where city + district <> local or central + local <> total)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'enterprises and calibers whose open months do not add up over the levels, to the cent' as detail
from beside
union all
select
    'forecasts' as subject,
    'closed_months_are_the_ledgers' as rule,
    differing::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'forecasts whose closed months differ from the ledger' as detail
from closed_parts
