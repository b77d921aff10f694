-- One row per as-of date, horizon and enterprise in the park: what it paid a year before the months to be judged.
-- key: as_of_date, horizon_months, enterprise_id
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
-- column local_at_stake [currency]: restored revenue of the last twelve closed months
-- column is_alive [flag]: some month of the last three closed ones has revenue above zero
with

horizons as (
    select
        closed.as_of_date,
        horizons.horizon_months,
        (closed.last_closed + interval 1 month)::date as label_from,
        (closed.last_closed + to_months(horizons.horizon_months::integer))::date as label_to
    from features.closed_months as closed
    cross join run.risk_horizons as horizons
    where closed.last_closed is not null
),

stakes as (
    select
        as_of_date,
        enterprise_id,
        if(count(restored) filter (where months_back < 12) = 12, sum(restored) filter (where months_back < 12), null)
            as local_at_stake,
        coalesce(bool_or(restored > 0) filter (where months_back < 3), false) as is_alive
    from features.risk_months
    group by as_of_date, enterprise_id
)

select
    horizons.as_of_date,
    horizons.horizon_months,
    months.enterprise_id,
    horizons.label_from,
    horizons.label_to,
    if(count(months.restored) = horizons.horizon_months, sum(months.restored), null)::decimal(18, 2) as base,
    count(months.total) = horizons.horizon_months as has_total,
    count(invoices.invoiced) = horizons.horizon_months as has_invoiced,
    any_value(stakes.local_at_stake)::decimal(18, 2) as local_at_stake,
    bool_or(stakes.is_alive) as is_alive
from horizons
inner join features.risk_months as months
    on horizons.as_of_date = months.as_of_date and months.months_back < 12
inner join stakes on months.as_of_date = stakes.as_of_date and months.enterprise_id = stakes.enterprise_id
left join features.risk_invoices as invoices
    on
        months.as_of_date = invoices.as_of_date
        and months.enterprise_id = invoices.enterprise_id
        and months.month = invoices.month
where months.months_back >= 12 - horizons.horizon_months
group by horizons.as_of_date, horizons.horizon_months, months.enterprise_id, horizons.label_from, horizons.label_to
