-- One row per list and enterprise that the list is about or was frozen with: its revenue in all calibers.
-- key: list_name, enterprise_id
-- materialized: view
--
-- All columns of features.window_changes; current, prior, change and yoy are those of the list's caliber. An enterprise
-- that the ledger or the register knows and that has no row in the window paid nothing in it: 0 (adjusted for
-- deferrals as well, where any were delivered). The figures of one that nobody knows, or whose level is unknown in a
-- month, are unknown: null.
-- column is_known [flag]: whether the register, the receipts or the outbound list name the enterprise
-- column listed_on [date]: first day on a list that others have drawn up; null where none says
with

wanted as (
    select
        list_name,
        enterprise_id,
        max(listed_on) as listed_on
    from (
        select
            list_name,
            enterprise_id,
            listed_on
        from features.list_population
        union all
        select
            list_name,
            enterprise_id,
            null as listed_on
        from features.frozen_places
    ) as both_sources
    group by list_name, enterprise_id
),

deferrals as (
    select count(*) > 0 as are_delivered
    from ledger.deliveries_as_known
    where target = 'deferrals'
),

unknown as (
    select distinct
        lists.list_name,
        revenue.enterprise_id
    from features.list_windows as lists
    inner join features.revenue_by_level as revenue
        on
            lists.level = revenue.level
            and (
                revenue.month between lists.window_start and lists.window_end
                or revenue.month between lists.prior_start and lists.prior_end
            )
    where revenue.natural_revenue is null
),

found as (
    select
        wanted.list_name,
        wanted.enterprise_id,
        wanted.listed_on,
        lists.caliber,
        enterprises.is_registered or enterprises.is_paying or enterprises.is_outbound as is_known,
        lists.is_covered and changes.enterprise_id is null and unknown.enterprise_id is null and is_known as is_silent,
        is_silent and deferrals.are_delivered as is_silent_adjusted,
        changes.* exclude (window_name, enterprise_id, level)
    from wanted
    inner join features.list_windows as lists using (list_name)
    inner join features.enterprises as enterprises using (enterprise_id)
    left join features.window_changes as changes using (window_name, level, enterprise_id)
    cross join deferrals
    left join unknown using (list_name, enterprise_id)
),

filled as (
    select
        * replace (
            if(is_silent, 0, natural_current) as natural_current,
            if(is_silent, 0, natural_prior) as natural_prior,
            if(is_silent, 0, natural_change) as natural_change,
            if(is_silent, 0, refund_current) as refund_current,
            if(is_silent, 0, refund_prior) as refund_prior,
            if(is_silent, 0, restored_current) as restored_current,
            if(is_silent, 0, restored_prior) as restored_prior,
            if(is_silent, 0, restored_change) as restored_change,
            if(is_silent_adjusted, 0, deferred_current) as deferred_current,
            if(is_silent_adjusted, 0, deferred_prior) as deferred_prior,
            if(is_silent_adjusted, 0, adjusted_current) as adjusted_current,
            if(is_silent_adjusted, 0, adjusted_prior) as adjusted_prior,
            if(is_silent_adjusted, 0, adjusted_change) as adjusted_change
        )
    from found
)

select
    * exclude (caliber, is_silent, is_silent_adjusted),
    case caliber
        when 'natural' then natural_current
        when 'restored' then restored_current
        else adjusted_current
    end as current,
    case caliber
        when 'natural' then natural_prior
        when 'restored' then restored_prior
        else adjusted_prior
    end as prior,
    case caliber
        when 'natural' then natural_change
        when 'restored' then restored_change
        else adjusted_change
    end as change,
    case caliber
        when 'natural' then natural_yoy
        when 'restored' then restored_yoy
        else adjusted_yoy
    end as yoy
from filled
