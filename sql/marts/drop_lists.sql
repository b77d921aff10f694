-- One row per as-of date, drop list and rank: the enterprises with the largest drop, in both calibers.
-- key: as_of_date, list_name, rank
-- materialized: table
--
-- Ranked in the natural caliber, by amount or by percent; ties by enterprise id. Only drops, and only where the base
-- reaches the list's floor. is_policy_drop: at least 80% of the natural drop is policy or timing (DOMAIN section 4), by
-- the codes of seeds/cause_codes.csv that say so.
-- weeks_on counts this week and the unbroken run of weeks before it in which the enterprise was published on the list.
with

published as (
    select
        dates.as_of_date,
        events.list_name,
        date_trunc('week', events.as_of_date) as week,
        max(events.as_of_date) as published_on
    from run.as_of_dates as dates
    inner join events.drop_lists as events
        on date_trunc('week', dates.as_of_date) > date_trunc('week', events.as_of_date)
    group by dates.as_of_date, events.list_name, date_trunc('week', events.as_of_date)
),

published_weeks as (
    select
        *,
        row_number() over (partition by as_of_date, list_name order by week desc) as weeks_ago
    from published
),

earlier as (
    select
        weeks.as_of_date,
        weeks.list_name,
        coalesce(aliases.enterprise_id, events.enterprise_id) as enterprise_id,
        events.rank,
        weeks.weeks_ago,
        row_number() over (
            partition by weeks.as_of_date, weeks.list_name, coalesce(aliases.enterprise_id, events.enterprise_id)
            order by weeks.weeks_ago asc
        ) as appearance
    from published_weeks as weeks
    inner join events.drop_lists as events
        on weeks.list_name = events.list_name and weeks.published_on = events.as_of_date
    left join ledger.aliases_as_known as aliases
        on weeks.as_of_date = aliases.as_of_date and events.enterprise_id = aliases.alias
),

streaks as (
    select
        as_of_date,
        list_name,
        enterprise_id,
        max(rank) filter (where weeks_ago = 1) as previous_rank,
        count(*) filter (where weeks_ago = appearance) as weeks_before
    from earlier
    group by as_of_date, list_name, enterprise_id
),

by_policy as (
    select
        causes.as_of_date,
        causes.list_name,
        causes.enterprise_id,
        sum(causes.amount) as amount
    from run.causes as causes
    inner join run.cause_codes as codes on causes.cause_code = codes.code and codes.is_policy_or_timing
    group by causes.as_of_date, causes.list_name, causes.enterprise_id
)

select
    changes.as_of_date,
    changes.list_name,
    changes.rank,
    changes.enterprise_id,
    enterprises.source_id,
    enterprises.name,
    enterprises.industry,
    enterprises.moved_on,
    changes.title,
    changes.level,
    changes.level_asked,
    changes.is_fallback,
    'natural' as caliber,
    changes.window_start,
    changes.window_end,
    changes.natural_current as current,
    changes.natural_prior as prior,
    changes.natural_change as change,
    changes.natural_yoy as yoy,
    coalesce(streaks.previous_rank is null, true) as entered,
    1 + coalesce(streaks.weeks_before, 0) as weeks_on,
    streaks.previous_rank,
    changes.natural_current,
    changes.natural_prior,
    changes.natural_change,
    changes.natural_yoy,
    changes.restored_current,
    changes.restored_prior,
    changes.restored_change,
    changes.restored_yoy,
    (
        changes.natural_change
        / sum(changes.natural_change) over (partition by changes.as_of_date, changes.list_name)
    )::double as share_of_drop,
    coalesce(changes.natural_change < 0 and by_policy.amount <= 0.8 * changes.natural_change, false) as is_policy_drop
from features.list_lines as changes
inner join features.enterprises as enterprises
    on changes.as_of_date = enterprises.as_of_date and changes.enterprise_id = enterprises.enterprise_id
left join streaks
    on
        changes.as_of_date = streaks.as_of_date
        and changes.list_name = streaks.list_name
        and changes.enterprise_id = streaks.enterprise_id
left join by_policy
    on
        changes.as_of_date = by_policy.as_of_date
        and changes.list_name = by_policy.list_name
        and changes.enterprise_id = by_policy.enterprise_id
order by changes.as_of_date, changes.list_name, changes.rank
