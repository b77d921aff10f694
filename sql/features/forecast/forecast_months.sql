-- One row per enterprise of the park, closed month and level: the money that a forecast rests on.
-- key: enterprise_id, month, level
-- materialized: table
--
-- one_off is the money of levies that follow an event and not the business: land value, deed and farmland tax, and
-- income tax on a transfer of property. Natural persons, who are summed up as one, are in no forecast.
--
-- column one_off [currency]: receipts of event levies in the natural revenue of the month
with

events as (
    select
        enterprise_id,
        month,
        sum(total) as total,
        sum(central) as central,
        sum(local) as local,
        sum(city) as city,
        sum(district) as district
    from staging.revenue_lines
    where
        is_in_scope
        and flow = 'receipt'
        and (levy in ('LAND_VAT', 'DEED', 'FARMLAND') or (levy = 'IIT' and levy_subitem like '%财产转让%'))
    group by enterprise_id, month
)

select
    revenue.enterprise_id,
    revenue.month,
    revenue.level,
    revenue.natural_revenue,
    revenue.refund,
    revenue.deferred_out,
    revenue.deferred_in,
    coalesce(
        case revenue.level
            when 'total' then events.total
            when 'central' then events.central
            when 'local' then events.local
            when 'city' then events.city
            when 'district' then events.district
        end,
        0
    )::decimal(18, 2) as one_off
from features.revenue_by_level as revenue
inner join features.forecast_years as years
    on revenue.month between years.first_month and years.last_closed
inner join features.park_population using (enterprise_id)
left join events using (enterprise_id, month)
