-- One row per horizon and enterprise in the park: what it paid a year before the months to be judged.
-- key: horizon_months, enterprise_id
-- materialized: table
--
-- The label window is the H months after the last closed one, the base the same calendar months one year before it
-- (DESIGN section 3, backtest), as known at the as-of date; null where one of its months is not covered or not known.
--
-- column label_from [month]: first month of the label window
-- column label_to [month]: its last month
-- column base [currency]: restored revenue of the base window, of the level in use
-- column has_total [flag]: total tax of the base window is known, beside the level in use
-- column has_invoiced [flag]: so is its invoiced value
with

horizons as (
    select
        horizons.horizon_months,
        (closed.last_closed + interval 1 month)::date as label_from,
        (closed.last_closed + to_months(horizons.horizon_months::integer))::date as label_to
    from features.closed_months as closed
    cross join run.risk_horizons as horizons
    where closed.last_closed is not null
)

select
    horizons.horizon_months,
    profiles.enterprise_id,
    horizons.label_from,
    horizons.label_to,
    if(count(months.restored) = horizons.horizon_months, sum(months.restored), null)::decimal(18, 2) as base,
    count(months.total) = horizons.horizon_months as has_total,
    count(invoices.invoiced) = horizons.horizon_months as has_invoiced
from horizons
cross join features.risk_profiles as profiles
left join features.risk_months as months
    on
        profiles.enterprise_id = months.enterprise_id
        and months.months_back between 12 - horizons.horizon_months and 11
left join features.risk_invoices as invoices
    on
        months.enterprise_id = invoices.enterprise_id
        and months.month = invoices.month
group by horizons.horizon_months, profiles.enterprise_id, horizons.label_from, horizons.label_to
