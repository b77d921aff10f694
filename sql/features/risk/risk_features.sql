-- One row per as-of date and enterprise in the park: everything that a risk model may look at, as known then.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- Every column but the key is a feature of seeds/risk_features.csv, in its order; null = not known, or its source was
-- never delivered. What each means stands there and in the model that it comes from. Sums are of exact decimals before
-- they become doubles, so that the order of adding up, which threads decide, changes no digit.
select
    levels.*,
    gaps.* exclude (as_of_date, enterprise_id),
    filing.* exclude (as_of_date, enterprise_id),
    mix.* exclude (as_of_date, enterprise_id),
    peers.* exclude (as_of_date, enterprise_id),
    sites.* exclude (as_of_date, enterprise_id),
    chains.* exclude (as_of_date, enterprise_id),
    ages.* exclude (as_of_date, enterprise_id),
    signals.* exclude (as_of_date, enterprise_id),
    service.* exclude (as_of_date, enterprise_id),
    operations.* exclude (as_of_date, enterprise_id)
from features.risk_levels as levels
left join features.risk_gaps as gaps
    on levels.as_of_date = gaps.as_of_date and levels.enterprise_id = gaps.enterprise_id
left join features.risk_filing as filing
    on levels.as_of_date = filing.as_of_date and levels.enterprise_id = filing.enterprise_id
left join features.risk_mix as mix
    on levels.as_of_date = mix.as_of_date and levels.enterprise_id = mix.enterprise_id
left join features.risk_peers as peers
    on levels.as_of_date = peers.as_of_date and levels.enterprise_id = peers.enterprise_id
left join features.risk_sites as sites
    on levels.as_of_date = sites.as_of_date and levels.enterprise_id = sites.enterprise_id
left join features.risk_chains as chains
    on levels.as_of_date = chains.as_of_date and levels.enterprise_id = chains.enterprise_id
left join features.risk_ages as ages
    on levels.as_of_date = ages.as_of_date and levels.enterprise_id = ages.enterprise_id
left join features.risk_signals as signals
    on levels.as_of_date = signals.as_of_date and levels.enterprise_id = signals.enterprise_id
left join features.risk_service as service
    on levels.as_of_date = service.as_of_date and levels.enterprise_id = service.enterprise_id
left join features.risk_operations as operations
    on levels.as_of_date = operations.as_of_date and levels.enterprise_id = operations.enterprise_id
