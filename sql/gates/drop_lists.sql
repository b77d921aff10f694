-- One row per rule on the drop lists.
-- key: rule
-- materialized: table
--
-- A frozen list (定榜) may have gaps where two firms became one, and firms that, as known today, did not drop.
with

lists as (
    select
        list_name,
        bool_or(is_frozen) as is_frozen,
        count(*) as members,
        count(distinct enterprise_id) as enterprises,
        min(rank) as first_rank,
        max(rank) as last_rank,
        max(change) as smallest_drop
    from marts.drop_lists
    group by all
),

places as (
    select
        lines.list_name,
        lines.rank,
        lines.enterprise_id,
        lines.shared_rank,
        if(stated.sort_by = 'percent', lines.yoy, lines.change::double) as place_by,
        lag(if(stated.sort_by = 'percent', lines.yoy, lines.change::double)) over (
            partition by lines.list_name order by lines.rank asc
        ) as place_before,
        stated.frozen_week,
        stated.top_k
    from marts.drop_lists as lines
    inner join features.list_windows as stated using (list_name)
),

frozen_now as (
    select
        list_name,
        enterprise_id,
        rank
    from places
    where frozen_week is not null
),

kept as (
    select
        frozen.list_name,
        frozen.enterprise_id,
        frozen.rank
    from features.frozen_places as frozen
    inner join features.list_windows as stated using (list_name)
    where stated.kind = 'drops'
),

moved as (
    select coalesce(frozen_now.list_name, kept.list_name) as list_name
    from frozen_now
    full join kept
        on
            frozen_now.list_name = kept.list_name
            and frozen_now.enterprise_id = kept.enterprise_id
            and frozen_now.rank = kept.rank
    where frozen_now.rank is null or kept.rank is null
),

before as (
    select
        list_name,
        count(*) filter (where last_rank is not null) as members
    from features.list_streaks
    group by list_name
)

select
    'drop_lists' as subject,
    'ranks_run_from_one' as rule,
    count(*) filter (where not is_frozen and (first_rank <> 1 or last_rank <> members))::double as measured,
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
    count(*) filter (where not is_frozen and smallest_drop >= 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'lists with an enterprise that did not drop' as detail
from lists
union all
select
    'drop_lists' as subject,
    'ordered_by_the_measure' as rule,
    count(*) filter (where frozen_week is null and place_by < place_before)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'places with a larger drop than the place before them' as detail
from places
union all
select
    'drop_lists' as subject,
    'within_k' as rule,
    count(*) filter (where frozen_week is null and top_k > 0 and shared_rank > top_k)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'places beyond the K of their list' as detail
from places
union all
select
    'drop_lists' as subject,
    'frozen_places_stand' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'places of frozen lists that are not those of the week that froze them' as detail
from moved
union all
select
    'drop_lists' as subject,
    'movement_balances' as rule,
    count(*) filter (
        where moves."rows" <> coalesce(before.members, 0) + moves.entered - moves.left_list
    )::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'lists that are not those of the week before with who entered and without who left' as detail
from marts.list_movements as moves
left join before using (list_name)
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
union all
select
    'drop_lists' as subject,
    'definitions_unchanged' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(list_name, ', ' order by list_name), '') as detail
from marts.list_definitions
where is_redefined
union all
select
    'firm_lists' as subject,
    'every_member_shown' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'members of the lists of others that are not shown' as detail
from features.list_population as members
inner join features.list_windows as stated
    on
        members.list_name = stated.list_name
        and stated.kind = 'firms'
        and stated.population_kind in ('imported', 'watch_list')
        and stated.top_k = 0
        and stated.floor = 0
        and stated.frozen_week is null
anti join marts.firm_lists as shown
    on
        members.list_name = shown.list_name
        and members.enterprise_id = shown.enterprise_id
union all
select
    'firm_lists' as subject,
    'members_known' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(distinct list_name, ', ' order by list_name), '') as detail
from marts.firm_lists
where not is_known
union all
select
    'firm_lists' as subject,
    'imported_lists_used' as rule,
    count(distinct imported.listing)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(distinct imported.listing, ', ' order by imported.listing), '') as detail
from features.listed_firms as imported
anti join run.drop_lists as stated
    on imported.listing_kind = stated.population_kind and list_contains(stated.population_values, imported.listing)
where imported.listing_kind = 'imported'
