-- One row per as-of date, drop list and rank: the enterprises with the largest drop, with the figures they rank by.
-- key: as_of_date, list_name, rank
-- materialized: table
--
-- Ranked in the natural caliber, by amount or by percent; ties by enterprise id. Only drops, and only where the base
-- reaches the list's floor.
select
    lists.as_of_date,
    lists.list_name,
    lists.title,
    lists.level,
    lists.level_asked,
    lists.is_fallback,
    lists.window_start,
    lists.window_end,
    lists.top_k,
    changes.* exclude (as_of_date, window_name, level),
    row_number() over (
        partition by lists.as_of_date, lists.list_name
        order by
            if(lists.sort_by = 'percent', changes.natural_yoy, changes.natural_change::double) asc,
            changes.natural_change asc,
            changes.enterprise_id asc
    ) as rank
from features.list_windows as lists
inner join features.list_population as population
    on lists.as_of_date = population.as_of_date and lists.list_name = population.list_name
inner join features.window_changes as changes
    on
        lists.as_of_date = changes.as_of_date
        and lists.window_name = changes.window_name
        and lists.level = changes.level
        and population.enterprise_id = changes.enterprise_id
where
    changes.natural_change < 0
    and (lists.floor = 0 or changes.natural_prior >= lists.floor)
    and (lists.sort_by = 'amount' or changes.natural_prior > 0)
qualify rank <= lists.top_k
