-- One row per list and enterprise that an earlier week has published on it.
-- key: list_name, enterprise_id
-- materialized: table
--
-- A firm follows its enterprise when that is matched to another id.
-- column last_rank [rank]: rank in the newest week before, by whatever definition; null if it was not on the list then
-- column previous_rank [rank]: the same, if that week is comparable
-- column weeks_before [number]: unbroken run of comparable weeks before this one on the list
-- column weeks_listed [number]: unbroken run of weeks before this one on the list, by whatever definition
with

earlier as (
    select
        weeks.list_name,
        coalesce(aliases.enterprise_id, places.enterprise_id) as enterprise_id,
        coalesce(places.shared_rank, places.rank) as rank,
        weeks.weeks_ago,
        weeks.is_comparable,
        dense_rank() over (
            partition by weeks.list_name, coalesce(aliases.enterprise_id, places.enterprise_id)
            order by weeks.weeks_ago asc
        ) as appearance
    from features.list_weeks as weeks
    inner join events.drop_lists as places
        on weeks.list_name = places.list_name and weeks.published_on = places.as_of_date
    left join ledger.aliases_as_known as aliases
        on places.enterprise_id = aliases.alias
)

select
    list_name,
    enterprise_id,
    min(rank) filter (where weeks_ago = 1) as last_rank,
    min(rank) filter (where weeks_ago = 1 and is_comparable) as previous_rank,
    count(distinct weeks_ago) filter (where weeks_ago = appearance and is_comparable) as weeks_before,
    count(distinct weeks_ago) filter (where weeks_ago = appearance) as weeks_listed
from earlier
group by list_name, enterprise_id
