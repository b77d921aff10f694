-- One row per as-of date, list and enterprise that the week before had on it and this one has not, with the reason.
-- key: as_of_date, list_name, enterprise_id
-- materialized: table
--
-- Only lists that can be computed this week. A list that was redefined has no other reason for anybody.
-- column last_rank [rank]: rank in the week before
-- column weeks_listed [number]: weeks in a row that it was on the list
-- column reason [text]: redefined, frozen (its places come from another week), left_population, unknown_figures,
--     no_longer_drop, no_revenue, no_base (nothing to take per cent of), below_floor, overtaken (others dropped,
--     or pay, more)
-- column change [currency]: today's change in the list's level and caliber
select
    as_of.as_of_date,
    gone.list_name,
    gone.enterprise_id,
    enterprises.source_id,
    enterprises.name,
    lists.kind,
    gone.last_rank,
    gone.weeks_listed,
    case
        when lists.frozen_week is not null then 'frozen'
        when not weeks.is_comparable then 'redefined'
        when figures.enterprise_id is null then 'left_population'
        when figures.change is null then 'unknown_figures'
        when lists.kind = 'drops' and figures.change >= 0 then 'no_longer_drop'
        when lists.sort_by = 'revenue' and figures.current <= 0 then 'no_revenue'
        when lists.sort_by = 'percent' and figures.prior <= 0 then 'no_base'
        when lists.floor > 0 and if(lists.kind = 'drops', figures.prior, figures.current) < lists.floor
            then 'below_floor'
        else 'overtaken'
    end as reason,
    figures.current,
    figures.prior,
    figures.change,
    enterprises.moved_on
from features.list_streaks as gone
cross join run.as_of
inner join features.list_windows as lists using (list_name)
inner join features.list_weeks as weeks
    on gone.list_name = weeks.list_name and weeks.weeks_ago = 1
left join features.enterprises as enterprises using (enterprise_id)
left join features.list_figures as figures using (list_name, enterprise_id)
anti join features.list_places using (list_name, enterprise_id)
where gone.last_rank is not null and (lists.is_covered or lists.kind = 'firms')
order by gone.list_name, gone.last_rank
