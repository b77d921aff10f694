-- One row per park indicator from statistical totals: its newest window, beside the year before.
-- key: indicator
-- materialized: table
--
-- Totals as published (汇总统计), never a sum of ours: income, staff, patents, area. Windows begin in January and are
-- the totals' own. output_per_km2 = income / area, output_per_worker = income / staff, of one and the same window; the
-- year before is the published one, or else the window of that year. A unit that is not known leaves the value null,
-- and so does an income beside which no denominator of its window stands, where no window has both.
--
-- column value [number]: of the window, in `unit`; output per square kilometre or per worker in currency
-- column numerator [number]: what it is made of; of output_* the income
-- column denominator [number]: prior_value; of output_* the area in square kilometres or the staff
with

converted as (
    select
        indicators.indicator,
        facts.month,
        units.unit,
        facts.unit as unit_delivered,
        facts.value * units.factor as value,
        facts.prior * units.factor as prior_value
    from ledger.aggregates_as_known as facts
    inner join run.aggregate_indicators as indicators on facts.indicator = indicators.name
    left join run.aggregate_units as units on facts.unit = units.unit_delivered
    qualify row_number() over (
        partition by indicators.indicator, facts.month
        order by facts.knowledge_date desc, facts.batch_id desc, facts.line desc
    ) = 1
),

totals as (
    select
        this_year.* exclude (prior_value),
        coalesce(this_year.prior_value, last_year.value) as prior_value
    from converted as this_year
    left join converted as last_year
        on
            this_year.indicator = last_year.indicator
            and this_year.month - interval 1 year = last_year.month
            and this_year.unit = last_year.unit
),

divisor_kinds as (
    select distinct indicator
    from totals
    where indicator in ('area', 'staff')
),

outputs as (
    select
        if(kinds.indicator = 'area', 'output_per_km2', 'output_per_worker') as indicator,
        income.month,
        if(kinds.indicator = 'area', 'currency_per_km2', 'currency_per_person') as unit,
        income.value as numerator,
        income.prior_value as prior_numerator,
        if(kinds.indicator = 'area', divisors.value / 1000000, divisors.value) as denominator,
        if(kinds.indicator = 'area', divisors.prior_value / 1000000, divisors.prior_value) as prior_denominator,
        income.unit is null or (divisors.indicator is not null and divisors.unit is null) as has_unknown_unit
    from totals as income
    cross join divisor_kinds as kinds
    left join totals as divisors
        on
            income.month = divisors.month
            and kinds.indicator = divisors.indicator
    where income.indicator = 'total_income'
),

indicators as (
    select
        indicator,
        month,
        unit,
        value::double as value,
        prior_value::double as prior_value,
        value::double as numerator,
        prior_value::double as denominator,
        if(unit is null, '计量单位不明', null) as caveat
    from totals
    union all
    select
        indicator,
        month,
        unit,
        if(denominator > 0, numerator / denominator, null) as value,
        if(prior_denominator > 0, prior_numerator / prior_denominator, null) as prior_value,
        numerator::double as numerator,
        denominator::double as denominator,
        case
            when has_unknown_unit then '计量单位不明'
            when denominator is null or denominator <= 0 then '分母缺失'
        end as caveat
    from outputs
)

select
    indicator,
    date_trunc('year', month)::date as window_start,
    month as window_end,
    round(value, 2)::decimal(18, 2) as value,
    round(prior_value, 2)::decimal(18, 2) as prior_value,
    if(prior_value > 0, value / prior_value - 1, null) as yoy,
    numerator::decimal(18, 2) as numerator,
    denominator::decimal(18, 2) as denominator,
    coalesce(unit, 'number') as unit,
    concat_ws(
        '；',
        caveat,
        if(value is not null and prior_value is null, '无上年同期', null),
        if(prior_value <= 0, '上年同期为零或负，无同比', null)
    ) as caveat
from indicators
qualify row_number() over (
    partition by indicator order by indicator like 'output_%' and value is null, month desc
) = 1
