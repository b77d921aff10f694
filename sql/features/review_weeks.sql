-- One row per as-of date and number of months ago: the published week whose scores are reviewed now, if there is one.
-- key: as_of_date, months_ago
-- materialized: table
--
-- The week nearest to the day so many months before, of those within 16 days; of two as near the later one. Scores over
-- as many months ahead are reviewed then: what was said of the next 6 months is looked at 6 months later.
with

published as (
    select distinct as_of_date
    from events.risk_scores
)

select
    dates.as_of_date,
    horizons.horizon_months as months_ago,
    arg_min(
        published.as_of_date,
        abs(date_diff('day', published.as_of_date, dates.as_of_date - to_months(horizons.horizon_months::integer))) * 2
        - if(published.as_of_date > dates.as_of_date - to_months(horizons.horizon_months::integer), 1, 0)
    ) as reviewed_week
from run.as_of_dates as dates
cross join run.risk_horizons as horizons
left join published
    on
        published.as_of_date
        between (dates.as_of_date - to_months(horizons.horizon_months::integer))::date - 16
        and (dates.as_of_date - to_months(horizons.horizon_months::integer))::date + 16
group by dates.as_of_date, horizons.horizon_months
