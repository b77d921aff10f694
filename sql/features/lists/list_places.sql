-- One row per list and enterprise on it: its place.
-- key: list_name, enterprise_id
-- materialized: table
--
-- Orders: amount and percent (the largest drop first), revenue (the largest payer first), name, listed (the first on
-- the list of others first). drops takes only drops, where the base reaches the floor; firms takes everybody whose
-- revenue does, as far as the window gives any, but the largest payers must have paid. Equal places: enterprise_id (in
-- the order of percent the larger amount first), earlier_base (the larger base first), or shared_rank (they share a
-- rank, and the last one within K takes in all that share it). A frozen list has the places of the week that froze it.
-- column rank [rank]: the place, one firm each; a frozen list may have gaps where two firms became one
-- column shared_rank [rank]: the rank that people read; the same for equal firms where the list says so
-- column frozen_current [currency]: revenue of the window when the list was frozen; null where it is not
-- column frozen_prior [currency]: the same of the year before
-- column frozen_change [currency]: the change when the list was frozen
with

eligible as (
    select
        lists.list_name,
        lists.top_k,
        lists.ties,
        lists.sort_by,
        figures.enterprise_id,
        figures.change,
        if(lists.sort_by = 'percent', figures.yoy, null) as percent_key,
        case lists.sort_by
            when 'amount' then figures.change
            when 'revenue' then -figures.current
        end as money_key,
        if(lists.sort_by = 'listed', figures.listed_on, null) as day_key,
        if(lists.sort_by in ('listed', 'name'), enterprises.name, null) as name_key,
        if(lists.sort_by = 'percent', figures.change, null) as amount_key,
        if(lists.ties = 'earlier_base', -figures.prior, null) as base_key
    from features.list_windows as lists
    inner join features.list_figures as figures using (list_name)
    inner join features.enterprises as enterprises using (enterprise_id)
    where
        lists.frozen_week is null
        and if(
            lists.kind = 'drops',
            figures.change < 0
            and (lists.floor = 0 or figures.prior >= lists.floor)
            and (lists.sort_by = 'amount' or figures.prior > 0),
            (lists.floor = 0 or not lists.is_covered or figures.current >= lists.floor)
            and (
                lists.sort_by <> 'revenue'
                or lists.population_kind in ('imported', 'watch_list', 'payers')
                or figures.current > 0
            )
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by list_name
            order by
                percent_key asc nulls last,
                money_key asc nulls last,
                day_key asc nulls last,
                name_key asc nulls last,
                base_key asc nulls last,
                amount_key asc nulls last,
                enterprise_id asc
        ) as rank,
        if(
            ties = 'shared_rank',
            rank() over (
                partition by list_name
                order by
                    percent_key asc nulls last,
                    money_key asc nulls last,
                    day_key asc nulls last,
                    name_key asc nulls last
            ),
            rank
        ) as shared_rank
    from eligible
)

select
    list_name,
    enterprise_id,
    rank,
    shared_rank,
    null::decimal(18, 2) as frozen_current,
    null::decimal(18, 2) as frozen_prior,
    null::decimal(18, 2) as frozen_change
from ranked
where top_k = 0 or shared_rank <= top_k
union all
select
    places.list_name,
    places.enterprise_id,
    places.rank,
    places.shared_rank,
    places.frozen_current,
    places.frozen_prior,
    places.frozen_change
from features.frozen_places as places
inner join features.list_windows using (list_name)
