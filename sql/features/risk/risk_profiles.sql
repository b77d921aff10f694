-- One row per enterprise in the park: what it pays in a year, and the groups it belongs to.
-- key: enterprise_id
-- materialized: table
--
-- column local_at_stake [currency]: restored revenue of the last twelve closed months; null where one is not known
-- column is_alive [flag]: some month of the last three closed ones has revenue above zero
-- column is_quiet [flag]: revenue in the twelve months, none in the last three; null where it had none
-- column size_class [text]: by local_at_stake, seeds/size_classes.csv
-- column site [text]: features.sites
-- column chain [text]: features.chains
with

sums as (
    select
        enterprise_id,
        if(count(restored) filter (where months_back < 12) = 12, sum(restored) filter (where months_back < 12), null)
            as local_at_stake,
        coalesce(bool_or(restored > 0) filter (where months_back < 3), false) as is_alive
    from features.risk_months
    group by enterprise_id
)

select
    sums.enterprise_id,
    sums.local_at_stake::decimal(18, 2) as local_at_stake,
    sums.is_alive,
    if(sums.local_at_stake > 0, not sums.is_alive, null) as is_quiet,
    enterprises.industry,
    enterprises.zone,
    classes.size_class,
    sites.site,
    chains.chain
from sums
inner join features.enterprises as enterprises using (enterprise_id)
left join run.size_classes as classes
    on
        sums.local_at_stake is not null
        and coalesce(sums.local_at_stake >= classes.lower, classes.lower is null)
        and coalesce(sums.local_at_stake < classes.upper, classes.upper is null)
left join features.sites as sites using (enterprise_id)
left join features.chains as chains using (enterprise_id)
