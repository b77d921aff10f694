-- One row per as-of date, level and caliber: the whole ledger's revenue of the year to date and of the year before.
-- key: as_of_date, indicator, level, caliber, window_start, window_end
-- materialized: table
--
-- The population is every enterprise with revenue, as extracted; yoy is a ratio, null where the base is 0 or negative.
with

both_calibers as (
    select
        as_of_date,
        window_name,
        level,
        'natural' as caliber,
        natural_current as value,
        natural_prior as prior_value
    from features.window_changes
    union all
    select
        as_of_date,
        window_name,
        level,
        'restored' as caliber,
        restored_current as value,
        restored_prior as prior_value
    from features.window_changes
)

select
    windows.as_of_date,
    'revenue' as indicator,
    both_calibers.level,
    both_calibers.caliber,
    windows.window_start,
    windows.window_end,
    sum(both_calibers.value) as value,
    sum(both_calibers.prior_value) as prior_value,
    if(
        sum(both_calibers.prior_value) > 0,
        (sum(both_calibers.value) / sum(both_calibers.prior_value) - 1)::double,
        null
    ) as yoy,
    sum(both_calibers.value) as numerator,
    sum(both_calibers.prior_value) as denominator,
    'currency' as unit,
    'as_extracted' as population
from both_calibers
inner join features.windows as windows
    on both_calibers.as_of_date = windows.as_of_date and both_calibers.window_name = windows.window_name
where both_calibers.window_name = 'ytd'
group by all
order by all
