-- One row per as-of date and drop list: the window and level it is computed on, or the reason why it is empty.
-- key: as_of_date, list_name
-- materialized: table
with

registers as (
    select
        as_of_date,
        bool_or(is_registered) as has_register
    from features.enterprises
    group by as_of_date
)

select
    windows.as_of_date,
    lists.list_name,
    lists.title,
    lists.population,
    lists.window_name,
    lists.level as level_asked,
    levels.level_used as level,
    levels.is_fallback,
    lists.top_k,
    lists.floor,
    lists.sort_by,
    windows.window_start,
    windows.window_end,
    windows.prior_start,
    windows.prior_end,
    windows.is_covered,
    windows.reason
from run.drop_lists as lists
inner join features.windows as windows on lists.window_name = windows.window_name
inner join features.levels_in_use as levels
    on windows.as_of_date = levels.as_of_date and lists.level = levels.level_asked
inner join registers on windows.as_of_date = registers.as_of_date
where
    lists.applies = 'always'
    or (lists.applies = 'with_register' and registers.has_register)
    or (lists.applies = 'without_register' and not registers.has_register)
