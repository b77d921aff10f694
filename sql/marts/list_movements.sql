-- One row per as-of date and list: how many are on it, came in and went out, and how far the inquiry is.
-- key: as_of_date, list_name
-- materialized: table
--
-- rows = rows of the week published before + entered - left_list; moved counts the others whose rank is another one.
-- All three are null where the list has no published week before, which leaves nothing to compare with, where it was
-- redefined, and where it cannot be computed. inquired counts the rows whose cause a visit has confirmed; policy_drops
-- need no visit. A list that cannot be computed is told with the reason; marts.list_leavers names who left.
-- column kind [text]: drops (marts.drop_lists) or firms (marts.firm_lists)
-- column rows [count]: firms on the list
-- column entered [count]: firms that the week before had not
-- column left_list [count]: firms that the week before had and this one has not
-- column moved [count]: firms of both weeks with another rank
-- column inquired [count]: firms whose cause a visit has confirmed since the window began
-- column policy_drops [count]: firms whose drop is policy or timing
-- column is_redefined [flag]: whether the definition is another one than in the week before
-- column is_frozen [flag]: whether the places are fixed (定榜)
-- column corrected [count]: firms of a frozen list whose change is another one than at the freeze
-- column no_longer_drops [count]: firms of a frozen list that, as known today, did not drop
-- column unranked [count]: firms that the list is about, without a place as their figures are unknown
-- column unknown_members [count]: firms that neither the register nor the receipts know
with

lines as (
    select
        list_name,
        entered,
        rank_change,
        is_inquired,
        is_policy_drop,
        coalesce(correction <> 0, false) as is_corrected,
        is_frozen and is_still_drop is false as is_no_drop,
        false as is_unknown
    from marts.drop_list_inquiries
    union all
    select
        list_name,
        entered,
        rank_change,
        is_inquired,
        false as is_policy_drop,
        false as is_corrected,
        false as is_no_drop,
        not is_known as is_unknown
    from marts.firm_lists
),

now_on as (
    select
        list_name,
        count(*) as on_list,
        count(*) filter (where entered) as entered,
        count(*) filter (where rank_change <> 0) as moved,
        count(*) filter (where is_inquired) as inquired,
        count(*) filter (where is_policy_drop) as policy_drops,
        count(*) filter (where is_corrected) as corrected,
        count(*) filter (where is_no_drop) as no_longer_drops,
        count(*) filter (where is_unknown) as unknown_members
    from lines
    group by list_name
),

gone as (
    select
        list_name,
        count(*) as enterprises
    from marts.list_leavers
    group by list_name
),

unranked as (
    select
        figures.list_name,
        count(*) as enterprises
    from features.list_figures as figures
    inner join features.list_population using (list_name, enterprise_id)
    inner join features.list_windows as lists using (list_name)
    anti join features.list_places using (list_name, enterprise_id)
    where lists.is_covered and lists.frozen_week is null and figures.change is null
    group by figures.list_name
),

lists as (
    select
        definitions.*,
        (definitions.is_covered or definitions.kind = 'firms')
        and definitions.published_before is not null
        and not definitions.is_redefined as has_movement
    from marts.list_definitions as definitions
)

select
    as_of.as_of_date,
    lists.list_name,
    lists.title,
    lists.kind,
    lists.level,
    lists.is_fallback,
    lists.caliber,
    lists.window_start,
    lists.window_end,
    lists.is_covered,
    lists.not_covered_reason,
    lists.top_k,
    coalesce(now_on.on_list, 0) as "rows",
    if(lists.has_movement, coalesce(now_on.entered, 0), null) as entered,
    if(lists.has_movement, coalesce(gone.enterprises, 0), null) as left_list,
    if(lists.has_movement, coalesce(now_on.moved, 0), null) as moved,
    coalesce(now_on.inquired, 0) as inquired,
    coalesce(now_on.policy_drops, 0) as policy_drops,
    lists.is_redefined,
    lists.is_frozen,
    lists.frozen_on,
    lists.frozen_week,
    coalesce(now_on.corrected, 0) as corrected,
    coalesce(now_on.no_longer_drops, 0) as no_longer_drops,
    coalesce(now_on.unknown_members, 0) as unknown_members,
    coalesce(unranked.enterprises, 0) as unranked
from lists
cross join run.as_of
left join now_on using (list_name)
left join gone using (list_name)
left join unranked using (list_name)
order by lists.list_name
