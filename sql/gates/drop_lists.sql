-- One row per rule on the drop lists.
-- key: rule
-- materialized: table
with

lists as (
    select
        as_of_date,
        list_name,
        count(*) as members,
        count(distinct enterprise_id) as enterprises,
        min(rank) as first_rank,
        max(rank) as last_rank,
        max(change) as smallest_drop
    from marts.drop_lists
    group by all
)

select
    'drop_lists' as subject,
    'ranks_run_from_one' as rule,
    count(*) filter (where first_rank <> 1 or last_rank <> members)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'lists with a gap or a repeated rank' as detail
from lists
union all
select
    'drop_lists' as subject,
    'enterprise_once_a_list' as rule,
    count(*) filter (where enterprises <> members)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'lists that name an enterprise twice' as detail
from lists
union all
select
    'drop_lists' as subject,
    'only_drops' as rule,
    count(*) filter (where smallest_drop >= 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'lists with an enterprise that did not drop' as detail
from lists
union all
select
    'drop_lists' as subject,
    'windows_covered' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(list_name || ': ' || reason, ', ' order by list_name), '') as detail
from features.list_windows
where not is_covered
