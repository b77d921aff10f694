-- One row per as-of date, level, caliber and scenario: the park's full year, beside the year before.
-- key: as_of_date, year, level, caliber, scenario
-- materialized: table
--
-- pessimistic and optimistic are the ends of the 80% interval. The year before is the same enterprises' money as it is
-- known now; in the natural caliber it is net of its refunds.
--
-- column scenario [text]: pessimistic, expected or optimistic
-- column amount [currency]: the park's full year in this scenario
-- column prior_year [currency]: the whole year before
-- column yoy [ratio]: amount against the year before; null where that is 0 or negative, or unknown
with

park as (
    select
        *,
        unnest(['pessimistic', 'expected', 'optimistic']) as scenario,
        unnest([low, forecast, high]) as amount
    from marts.forecasts
    where enterprise_id = '*'
),

prior_months as (
    select
        months.*,
        months.natural_revenue + months.refund as restored
    from features.forecast_months as months
    inner join features.forecast_years as years
        on year(months.month) = years.year - 1
),

prior_years as (
    select
        level,
        unnest(['natural', 'restored', 'deferral_adjusted']) as caliber,
        unnest(
            [
                if(count(*) = count(natural_revenue), sum(natural_revenue), null),
                if(count(*) = count(restored), sum(restored), null),
                if(
                    count(*) = count(restored + deferred_out - deferred_in),
                    sum(restored + deferred_out - deferred_in),
                    null
                )
            ]
        ) as prior_year
    from prior_months
    group by level
)

select
    as_of.as_of_date,
    park.year,
    park.level,
    park.caliber,
    park.scenario,
    park.months_closed,
    park.ytd,
    park.amount,
    prior_years.prior_year,
    if(prior_years.prior_year > 0, (park.amount / prior_years.prior_year - 1)::double, null) as yoy,
    park.method
from park
cross join run.as_of
left join prior_years using (level, caliber)
order by
    park.level,
    park.caliber,
    list_position(['pessimistic', 'expected', 'optimistic'], park.scenario)
