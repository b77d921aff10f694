-- One row per frozen list (定榜) and enterprise on it: its place and figures when the list was frozen.
-- key: list_name, enterprise_id
-- materialized: table
--
-- A place follows its enterprise when that is matched to another id. The figures are null where the week of the freeze
-- was published by a version that did not keep them.
-- column shared_rank [rank]: the rank that people read; equal ones share it where the list says so
-- column frozen_current [currency]: revenue of the window when the list was frozen, in the list's level and caliber
-- column frozen_prior [currency]: the same of the year before
-- column frozen_change [currency]: the change when the list was frozen
select
    freezes.list_name,
    coalesce(aliases.enterprise_id, places.enterprise_id) as enterprise_id,
    places.rank,
    coalesce(places.shared_rank, places.rank) as shared_rank,
    places.current as frozen_current,
    places.prior as frozen_prior,
    places.change as frozen_change
from features.list_freezes as freezes
inner join events.drop_lists as places
    on freezes.list_name = places.list_name and freezes.frozen_week = places.as_of_date
left join ledger.aliases_as_known as aliases
    on places.enterprise_id = aliases.alias
qualify row_number() over (
    partition by freezes.list_name, coalesce(aliases.enterprise_id, places.enterprise_id)
    order by places.rank asc
) = 1
