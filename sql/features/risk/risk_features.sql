-- One row per enterprise in the park: everything that a risk model may look at, as known at the as-of date.
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
left join features.risk_gaps as gaps using (enterprise_id)
left join features.risk_filing as filing using (enterprise_id)
left join features.risk_mix as mix using (enterprise_id)
left join features.risk_peers as peers using (enterprise_id)
left join features.risk_sites as sites using (enterprise_id)
left join features.risk_chains as chains using (enterprise_id)
left join features.risk_ages as ages using (enterprise_id)
left join features.risk_signals as signals using (enterprise_id)
left join features.risk_service as service using (enterprise_id)
left join features.risk_operations as operations using (enterprise_id)
