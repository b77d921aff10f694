-- One row per as-of date and drop list: how many are on it, came in and went out, and how far the inquiry is.
-- key: as_of_date, list_name
-- materialized: table
--
-- rows = rows of the week published before + entered - left_list. Both are null in the first published week, which
-- has nothing to compare with, and where the list cannot be computed. inquired counts the rows whose cause a visit
-- has confirmed; policy_drops need no visit.
with

published as (
    select
        dates.as_of_date,
        events.list_name,
        max(events.as_of_date) as published_on
    from run.as_of_dates as dates
    inner join events.drop_lists as events
        on date_trunc('week', dates.as_of_date) > date_trunc('week', events.as_of_date)
    group by dates.as_of_date, events.list_name
),

before as (
    select distinct
        published.as_of_date,
        published.list_name,
        coalesce(aliases.enterprise_id, events.enterprise_id) as enterprise_id
    from published
    inner join events.drop_lists as events
        on published.list_name = events.list_name and published.published_on = events.as_of_date
    left join ledger.aliases_as_known as aliases
        on published.as_of_date = aliases.as_of_date and events.enterprise_id = aliases.alias
),

gone as (
    select
        as_of_date,
        list_name,
        count(*) as enterprises
    from before
    anti join marts.drop_lists as lists
        on
            before.as_of_date = lists.as_of_date
            and before.list_name = lists.list_name
            and before.enterprise_id = lists.enterprise_id
    group by as_of_date, list_name
),

now_on as (
    select
        as_of_date,
        list_name,
        count(*) as on_list,
        count(*) filter (where entered) as entered,
        count(*) filter (where is_inquired) as inquired,
        count(*) filter (where is_policy_drop) as policy_drops
    from marts.drop_list_inquiries
    group by as_of_date, list_name
)

select
    lists.as_of_date,
    lists.list_name,
    lists.title,
    lists.level,
    lists.is_fallback,
    lists.window_start,
    lists.window_end,
    lists.is_covered,
    lists.reason as not_covered_reason,
    lists.top_k,
    coalesce(now_on.on_list, 0) as "rows",
    if(lists.is_covered and weeks.weeks_before > 0, coalesce(now_on.entered, 0), null) as entered,
    if(lists.is_covered and weeks.weeks_before > 0, coalesce(gone.enterprises, 0), null) as left_list,
    coalesce(now_on.inquired, 0) as inquired,
    coalesce(now_on.policy_drops, 0) as policy_drops
from features.list_windows as lists
inner join features.published_weeks as weeks on lists.as_of_date = weeks.as_of_date
left join now_on on lists.as_of_date = now_on.as_of_date and lists.list_name = now_on.list_name
left join gone on lists.as_of_date = gone.as_of_date and lists.list_name = gone.list_name
order by lists.as_of_date, lists.list_name
