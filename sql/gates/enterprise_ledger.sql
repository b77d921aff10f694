-- One row per rule on the ledger of enterprises: its columns add up to the park's figures.
-- key: rule
-- materialized: table
with

ledger as (
    select
        'total' as level,
        sum(total_natural_current) as natural_current,
        sum(total_natural_prior) as natural_prior,
        sum(total_restored_current) as restored_current,
        sum(total_restored_prior) as restored_prior
    from marts.enterprise_ledger
    union all
    select
        'central' as level,
        sum(central_natural_current) as natural_current,
        sum(central_natural_prior) as natural_prior,
        sum(central_restored_current) as restored_current,
        sum(central_restored_prior) as restored_prior
    from marts.enterprise_ledger
    union all
    select
        'local' as level,
        sum(local_natural_current) as natural_current,
        sum(local_natural_prior) as natural_prior,
        sum(local_restored_current) as restored_current,
        sum(local_restored_prior) as restored_prior
    from marts.enterprise_ledger
    union all
    select
        'city' as level,
        sum(city_natural_current) as natural_current,
        sum(city_natural_prior) as natural_prior,
        sum(city_restored_current) as restored_current,
        sum(city_restored_prior) as restored_prior
    from marts.enterprise_ledger
    union all
    select
        'district' as level,
        sum(district_natural_current) as natural_current,
        sum(district_natural_prior) as natural_prior,
        sum(district_restored_current) as restored_current,
        sum(district_restored_prior) as restored_prior
    from marts.enterprise_ledger
)

select
    'enterprise_ledger' as subject,
    'ties_to_the_indicators' as rule,
    coalesce(sum(
        abs(
            coalesce(if(park.caliber = 'natural', ledger.natural_current, ledger.restored_current), 0)
            - coalesce(park.value, 0)
        )
        + abs(
            coalesce(if(park.caliber = 'natural', ledger.natural_prior, ledger.restored_prior), 0)
            - coalesce(park.prior_value, 0)
        )
    ), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'difference to marts.park_indicators, over all levels and both calibers and years' as detail
from ledger
left join marts.park_indicators as park
    on
        ledger.level = park.level
        and park.indicator = 'revenue_as_extracted'
        and park.caliber in ('natural', 'restored')
