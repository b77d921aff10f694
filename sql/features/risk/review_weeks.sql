-- One row per number of months ago and target: the published week whose scores are reviewed, if any.
-- key: months_ago, target
-- materialized: table
--
-- The week nearest to the day so many months before, of those within 16 days; of two as near the later one. Scores over
-- as many months ahead are reviewed then: what was said of the next 6 months is looked at 6 months later. A relocation
-- can be judged a month later only (labels.outcomes): for it, the newest week whose months were over a month ago.
--
-- column horizon_ends [date]: the day to which the week's scores spoke, as labels.windows has it; null without a week
with

weeks as (
    select
        published.published_on as week,
        horizons.horizon_months,
        (published.published_on + to_months(horizons.horizon_months::integer))::date as same_day,
        if(published.published_on = last_day(published.published_on), last_day(same_day), same_day) as horizon_ends
    from (select distinct as_of_date as published_on from events.risk_scores) as published
    cross join run.risk_horizons as horizons
),

asked as (
    select
        horizons.horizon_months,
        targets.target,
        targets.target = 'relocation' as is_move,
        (as_of.as_of_date - to_months(horizons.horizon_months::integer + is_move::integer))::date as day
    from run.as_of
    cross join run.risk_horizons as horizons
    cross join unnest(['decline', 'relocation', 'hidden_outflow']) as targets (target)
)

select
    asked.horizon_months as months_ago,
    asked.target,
    arg_min(weeks.week, abs(date_diff('day', weeks.week, asked.day)) * 2 - (weeks.week > asked.day)::integer)
        as reviewed_week,
    arg_min(weeks.horizon_ends, abs(date_diff('day', weeks.week, asked.day)) * 2 - (weeks.week > asked.day)::integer)
        as horizon_ends
from asked
cross join run.as_of
left join weeks
    on
        asked.horizon_months = weeks.horizon_months
        and if(
            asked.is_move,
            weeks.week >= asked.day - 32 and (weeks.horizon_ends + interval 1 month)::date <= as_of.as_of_date,
            weeks.week between asked.day - 16 and asked.day + 16
        )
group by asked.horizon_months, asked.target
