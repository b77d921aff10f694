-- One row per enterprise and month with revenue in which the register holds it in the park.
-- key: enterprise_id, month
-- materialized: table
--
-- The month counts if the enterprise was in the park on some day of it; so the months of a firm that left or came back
-- stay in the park's figures (population as_registered).
select distinct
    revenue.enterprise_id,
    revenue.month
from features.revenue_monthly as revenue
inner join features.park_spells as spells
    on
        revenue.enterprise_id = spells.enterprise_id
        and revenue.month <= spells.spell_to
        and last_day(revenue.month) >= spells.spell_from
