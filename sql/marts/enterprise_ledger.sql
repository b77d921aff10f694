-- One row per as-of date and enterprise: who it is, and its revenue of the year to date on every level.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- Every enterprise of the register or with revenue in the last 24 months, so that the columns add up to
-- marts.park_indicators. rank: the largest payers of the local level first (or of the level the data can give
-- instead: level, is_fallback), unknown after known, the natural persons summed up as one at the end.
-- Amounts and yoy are null where unknown, where the level is not given, and where the window is not covered.
--
-- column forecast_natural [currency]: the full year as forecast, natural caliber; null where there is no forecast
-- column forecast_restored [currency]: the full year as forecast, restored caliber
-- column forecast_restored_low [currency]: the lower end of its 80% interval
-- column forecast_restored_high [currency]: the upper end of its 80% interval
with

levels as (
    select
        level_used,
        is_fallback
    from features.levels_in_use
    where level_asked = 'local'
),

scores as (
    select
        enterprise_id,
        max(grade) filter (where target = 'decline') as decline_grade,
        max(grade) filter (where target = 'relocation') as relocation_grade
    from marts.enterprise_risk
    where horizon_months = 12
    group by enterprise_id
)

select
    as_of.as_of_date,
    population.enterprise_id,
    row_number() over (
        order by
            population.is_pseudo_taxpayer asc,
            ranked.natural_current desc nulls last,
            population.enterprise_id asc
    ) as rank,
    population.is_pseudo_taxpayer,
    if(population.is_pseudo_taxpayer, null, enterprises.source_id) as source_id,
    if(population.is_pseudo_taxpayer, population.enterprise_id, enterprises.name) as name,
    enterprises.industry,
    enterprises.industry_code,
    enterprises.is_high_precision,
    enterprises.is_above_scale,
    enterprises.qualifications,
    enterprises.tax_authority,
    enterprises.zone,
    enterprises.incubator,
    enterprises.in_from,
    enterprises.in_to,
    enterprises.moved_on,
    windows.window_start,
    windows.window_end,
    windows.is_covered,
    levels.level_used as level,
    levels.is_fallback,
    total.natural_current as total_natural_current,
    total.natural_prior as total_natural_prior,
    total.natural_change as total_natural_change,
    total.natural_yoy as total_natural_yoy,
    total.restored_current as total_restored_current,
    total.restored_prior as total_restored_prior,
    total.restored_change as total_restored_change,
    total.restored_yoy as total_restored_yoy,
    total.refund_current as total_refund_current,
    total.refund_prior as total_refund_prior,
    central.natural_current as central_natural_current,
    central.natural_prior as central_natural_prior,
    central.natural_change as central_natural_change,
    central.natural_yoy as central_natural_yoy,
    central.restored_current as central_restored_current,
    central.restored_prior as central_restored_prior,
    central.restored_change as central_restored_change,
    central.restored_yoy as central_restored_yoy,
    local.natural_current as local_natural_current,
    local.natural_prior as local_natural_prior,
    local.natural_change as local_natural_change,
    local.natural_yoy as local_natural_yoy,
    local.restored_current as local_restored_current,
    local.restored_prior as local_restored_prior,
    local.restored_change as local_restored_change,
    local.restored_yoy as local_restored_yoy,
    local.refund_current as local_refund_current,
    local.refund_prior as local_refund_prior,
    city.natural_current as city_natural_current,
    city.natural_prior as city_natural_prior,
    city.natural_change as city_natural_change,
    city.natural_yoy as city_natural_yoy,
    city.restored_current as city_restored_current,
    city.restored_prior as city_restored_prior,
    city.restored_change as city_restored_change,
    city.restored_yoy as city_restored_yoy,
    district.natural_current as district_natural_current,
    district.natural_prior as district_natural_prior,
    district.natural_change as district_natural_change,
    district.natural_yoy as district_natural_yoy,
    district.restored_current as district_restored_current,
    district.restored_prior as district_restored_prior,
    district.restored_change as district_restored_change,
    district.restored_yoy as district_restored_yoy,
    forecast_natural.forecast as forecast_natural,
    forecast_restored.forecast as forecast_restored,
    forecast_restored.low as forecast_restored_low,
    forecast_restored.high as forecast_restored_high,
    scores.decline_grade,
    scores.relocation_grade
from features.ledger_population as population
cross join run.as_of
inner join features.enterprises as enterprises using (enterprise_id)
left join features.windows as windows
    on windows.window_name = 'ytd'
left join levels on true
left join features.ledger_changes as ranked
    on
        population.enterprise_id = ranked.enterprise_id
        and levels.level_used = ranked.level
left join features.ledger_changes as total
    on
        population.enterprise_id = total.enterprise_id
        and total.level = 'total'
left join features.ledger_changes as central
    on
        population.enterprise_id = central.enterprise_id
        and central.level = 'central'
left join features.ledger_changes as local
    on
        population.enterprise_id = local.enterprise_id
        and local.level = 'local'
left join features.ledger_changes as city
    on
        population.enterprise_id = city.enterprise_id
        and city.level = 'city'
left join features.ledger_changes as district
    on
        population.enterprise_id = district.enterprise_id
        and district.level = 'district'
left join marts.forecasts as forecast_natural
    on
        population.enterprise_id = forecast_natural.enterprise_id
        and levels.level_used = forecast_natural.level
        and forecast_natural.caliber = 'natural'
left join marts.forecasts as forecast_restored
    on
        population.enterprise_id = forecast_restored.enterprise_id
        and levels.level_used = forecast_restored.level
        and forecast_restored.caliber = 'restored'
left join scores using (enterprise_id)
order by rank
