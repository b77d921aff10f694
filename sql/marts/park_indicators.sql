-- One row per as-of date, indicator, level, caliber and window: the park's figures beside those of the year before.
-- key: as_of_date, indicator, level, caliber, window_start, window_end
-- materialized: table
--
-- Revenue is the year to date to the last closed month, in three calibers: `revenue` is the headline, the others are of
-- another population or parts of its growth (features.park_revenue_indicators). Income, staff, patents and output are
-- published totals with windows of their own (features.park_aggregates), reliefs are the landlords' lists
-- (features.park_reliefs).
-- level and caliber are `none` where there is none. yoy is null where the base is 0, negative or unknown.
--
-- column indicator [text]: revenue, revenue_as_extracted, revenue_register_now, revenue_existing_firms, growth_joined,
--     growth_left, growth_existing, growth_volume, growth_share_effect, total_income, staff, patent_applications,
--     invention_applications, patent_grants, area, output_per_km2, output_per_worker, relief_*
-- column value [number]: the window's figure, in `unit`; of growth_* its part of the change
-- column prior_value [number]: the same window a year before
-- column yoy [ratio]: value / prior_value - 1
-- column numerator [number]: value, or what output_* is made of
-- column denominator [number]: prior_value; of growth_* the revenue of the year before; of output_* what divides
-- column unit [text]: of value: currency, persons, count, area_m2, currency_per_km2, currency_per_person
-- column population [text]: as_registered, as_extracted, register_now, existing_firms, above_scale_high_tech, tenants
-- column prior_as_known_then [currency]: of `revenue`, the year before as it was known one year before the as-of date
-- column prior_revised_by [currency]: prior_value - prior_as_known_then
-- column caveat [text]: what is wrong or missing, in Chinese; blank where there is nothing to say
with

indicators as (
    select
        indicator,
        level,
        caliber,
        window_start,
        window_end,
        value,
        prior_value,
        yoy,
        numerator,
        denominator,
        'currency' as unit,
        population,
        prior_as_known_then,
        prior_revised_by,
        caveat
    from features.park_revenue_indicators
    union all by name
    select
        *,
        'none' as level,
        'none' as caliber,
        'above_scale_high_tech' as population
    from features.park_aggregates
    union all by name
    select
        *,
        'none' as level,
        'none' as caliber,
        if(prior_value > 0, (value / prior_value - 1)::double, null) as yoy,
        value as numerator,
        prior_value as denominator,
        'tenants' as population
    from features.park_reliefs
)

select
    as_of.as_of_date,
    indicators.*
from indicators
cross join run.as_of
order by indicator, level, caliber, window_start, window_end
