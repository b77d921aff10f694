-- One row per enterprise in the park with an address: who else is at its site, and whether it is newer.
-- key: enterprise_id
-- materialized: table
--
-- Site: features.sites. Everybody who ever paid there counts, but for those that have left the park. Newer: its first
-- month is later than this one's; one that both have had since the first covered month is not newer. At a site that
-- changes hands the newer one takes over.
--
-- column site_others [count]: other enterprises at the site
-- column site_yoy_3 [ratio]: mean of their changes against the year before, last three closed months
-- column site_trend [ratio]: mean of their changes against the last twelve months
-- column site_quiet [ratio]: share of them without receipts in the last three months
-- column site_share [ratio]: the enterprise's part of the site's revenue of the last twelve months
-- column newer_at_site [flag]: 1 where a newer enterprise came in the last twelve months, else 0
-- column newer_at_site_months [months]: since the first month of the newest of them
-- column newer_at_site_share [ratio]: what the newer ones pay of the site's revenue of the last three months
with

members as (
    select
        profiles.enterprise_id,
        profiles.site,
        first_months.first_month,
        if(profiles.local_at_stake > 0, profiles.local_at_stake, 0) as last_12,
        if(last_3.amount > 0, last_3.amount, 0) as last_3,
        date_diff('month', first_months.first_month, closed.last_closed) as months_here
    from features.risk_profiles as profiles
    cross join features.closed_months as closed
    left join features.first_months as first_months using (enterprise_id)
    left join features.risk_windows as last_3
        on
            profiles.enterprise_id = last_3.enterprise_id
            and last_3.window_name = 'last_3'
    where profiles.site is not null
),

placed as (
    select
        *,
        sum(last_12) over (partition by site) as site_12,
        sum(last_3) over (partition by site) as site_3,
        min(months_here) over (
            partition by site order by first_month groups between 1 following and unbounded following
        ) as newest_months,
        sum(last_3) over (
            partition by site order by first_month groups between 1 following and unbounded following
        ) as newer_3
    from members
)

select
    placed.enterprise_id,
    coalesce(groups.others, 0) as site_others,
    groups.yoy_3 as site_yoy_3,
    groups.trend as site_trend,
    groups.quiet as site_quiet,
    placed.last_12::double / nullif(placed.site_12, 0)::double as site_share,
    coalesce(placed.newest_months < 12, false)::integer::double as newer_at_site,
    placed.newest_months::double as newer_at_site_months,
    coalesce(placed.newer_3, 0)::double / nullif(placed.site_3, 0)::double as newer_at_site_share
from placed
left join features.risk_groups as groups
    on
        placed.enterprise_id = groups.enterprise_id
        and groups.grouping = 'site'
