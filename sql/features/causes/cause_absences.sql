-- One row per list, enterprise and month of the window in which it was away, or had ended.
-- key: list_name, enterprise_id, month
-- materialized: table
--
-- From the month of the move or the end to the month before it came back (features.absence_spells).
with

lists as (
    select
        list_name,
        enterprise_id,
        unnest(generate_series(window_start, window_end, interval 1 month))::date as month
    from features.list_lines
)

select
    lists.list_name,
    lists.enterprise_id,
    lists.month,
    min(away.cause_code) as cause_code,
    arg_min(away.since, (away.cause_code, away.since)) as since,
    bool_or(away.is_whole) as is_whole
from lists
inner join features.absence_spells as away
    on
        lists.enterprise_id = away.enterprise_id
        and lists.month >= date_trunc('month', away.since)
        and coalesce(lists.month < date_trunc('month', away.back_on), true)
group by lists.list_name, lists.enterprise_id, lists.month
