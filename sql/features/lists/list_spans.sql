-- One row per list: the months that its window takes in, and the name of that window.
-- key: list_name
-- materialized: table
--
-- first_quarter and ytd are those of the year of the last closed month; last_quarter is the last one that is over;
-- other windows name their months. A frozen list keeps the months that it had when it was frozen.
-- column window_used [text]: the window's name in features.windows; a frozen list has one of its own
with

last_months as (
    select
        lists.list_name,
        lists.window_name,
        lists.range_from,
        lists.range_to,
        freezes.frozen_from,
        freezes.frozen_to,
        freezes.list_name is not null as is_frozen,
        if(freezes.list_name is not null, freezes.last_frozen, closed.last_closed) as last_month
    from features.closed_months as closed
    cross join run.drop_lists as lists
    left join features.list_freezes as freezes using (list_name)
),

months as (
    select
        *,
        case window_name
            when 'ytd' then last_month
            when 'first_quarter' then (date_trunc('year', last_month) + interval 2 month)::date
            when 'last_quarter' then (date_trunc('quarter', last_month + interval 1 month) - interval 1 month)::date
            when 'last_12_months' then last_month
            else range_to
        end as last_asked
    from last_months
)

select
    list_name,
    if(is_frozen, 'frozen:' || list_name, window_name) as window_used,
    coalesce(
        frozen_from,
        case window_name
            when 'last_quarter' then (last_asked - interval 2 month)::date
            when 'last_12_months' then (last_asked - interval 11 month)::date
            else coalesce(range_from, date_trunc('year', last_asked)::date)
        end
    ) as window_start,
    coalesce(frozen_to, last_asked) as window_end
from months
where coalesce(frozen_to, last_asked) is not null
