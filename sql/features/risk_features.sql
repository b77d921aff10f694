-- One row per as-of date and enterprise in the park: everything that a risk model may look at, as known then.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- Every column but the key is a feature of seeds/risk_features.csv, in its order; null = not known, or its source was
-- never delivered. What each means stands there and in the model that it comes from.
select
    levels.*,
    gaps.* exclude (as_of_date, enterprise_id)
from features.risk_levels as levels
inner join features.risk_gaps as gaps
    on levels.as_of_date = gaps.as_of_date and levels.enterprise_id = gaps.enterprise_id
