-- One row per enterprise in the park: everything that a risk model may look at, as known then.
-- key: enterprise_id
-- materialized: table
--
-- Every column but the key is a feature of seeds/risk_features.csv, in its order; null = not known, or its source was
-- never delivered. What each means stands there and in the model that it comes from. Sums are of exact decimals before
-- they become doubles, so that the order of adding up, which threads decide, changes no digit.
select
    levels.*,
    gaps.* exclude (enterprise_id),
    filing.* exclude (enterprise_id),
    mix.* exclude (enterprise_id),
    peers.* exclude (enterprise_id),
    sites.* exclude (enterprise_id),
    chains.* exclude (enterprise_id),
    ages.* exclude (enterprise_id),
    signals.* exclude (enterprise_id),
    service.* exclude (enterprise_id),
    operations.* exclude (enterprise_id)
from features.risk_levels as levels
left join features.risk_gaps as gaps
    on levels.enterprise_id = gaps.enterprise_id
left join features.risk_filing as filing
    on levels.enterprise_id = filing.enterprise_id
left join features.risk_mix as mix
    on levels.enterprise_id = mix.enterprise_id
left join features.risk_peers as peers
    on levels.enterprise_id = peers.enterprise_id
left join features.risk_sites as sites
    on levels.enterprise_id = sites.enterprise_id
left join features.risk_chains as chains
    on levels.enterprise_id = chains.enterprise_id
left join features.risk_ages as ages
    on levels.enterprise_id = ages.enterprise_id
left join features.risk_signals as signals
    on levels.enterprise_id = signals.enterprise_id
left join features.risk_service as service
    on levels.enterprise_id = service.enterprise_id
left join features.risk_operations as operations
    on levels.enterprise_id = operations.enterprise_id
