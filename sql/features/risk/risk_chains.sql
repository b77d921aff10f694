-- One row per enterprise in the park that shares its name with others: how these do.
-- key: enterprise_id
-- materialized: table
--
-- Chain: features.chains; the others without the enterprise itself, as in features.risk_groups.
select
    enterprise_id,
    others as chain_others,
    yoy_3 as chain_yoy_3,
    trend as chain_trend,
    quiet as chain_quiet
from features.risk_groups
where grouping = 'chain'
