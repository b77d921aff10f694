-- One row per as-of date and list: its definition, where it came from, and whether it is the one of the week before.
-- key: as_of_date, list_name
-- materialized: table
--
-- The fingerprint changes with everything that decides who is on the list, not with its title, its version or a freeze.
-- A list is redefined when its fingerprint, the level used or the population used is another one than in the newest
-- week that published it: movement is then not comparable.
-- column kind [text]: drops (marts.drop_lists) or firms (marts.firm_lists)
-- column version [text]: what the definition calls itself
-- column fingerprint [text]: changes with everything that decides who is on the list
-- column population_asked [text]: whom the list is about, as defined
-- column population_used [text]: the population asked for, or the one that stands in for it
-- column window_asked [text]: the window by name, or its months
-- column top_k [number]: places; 0 = everybody
-- column floor [currency]: least base of a drop, or least revenue of another place
-- column sort_by [text]: amount, percent, revenue, name or listed
-- column ties [text]: enterprise_id, earlier_base or shared_rank
-- column is_frozen [flag]: whether the places are fixed (定榜)
-- column frozen_on [date]: the day from which they are
-- column frozen_week [date]: as-of date of the week that the places come from; null = this one
-- column published_before [date]: as-of date of the newest week before that published the list
-- column previous_fingerprint [text]: that of the newest week that published the list
-- column is_redefined [flag]: whether movement against that week is not comparable
select
    as_of.as_of_date,
    lists.list_name,
    lists.title,
    lists.kind,
    lists.version,
    lists.fingerprint,
    stated.population as population_asked,
    lists.population_used,
    lists.level_asked,
    lists.level,
    lists.is_fallback,
    lists.caliber,
    stated.window_name as window_asked,
    lists.window_start,
    lists.window_end,
    lists.is_covered,
    lists.reason as not_covered_reason,
    lists.top_k,
    lists.floor,
    lists.sort_by,
    lists.ties,
    lists.is_frozen,
    lists.frozen_on,
    lists.frozen_week,
    weeks.published_on as published_before,
    weeks.fingerprint as previous_fingerprint,
    coalesce(not weeks.is_comparable, false) as is_redefined
from features.list_windows as lists
cross join run.as_of
inner join run.drop_lists as stated using (list_name)
left join features.list_weeks as weeks
    on lists.list_name = weeks.list_name and weeks.weeks_ago = 1
order by lists.list_name
