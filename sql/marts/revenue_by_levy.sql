-- One row per enterprise, month and levy, as known at the snapshot's as-of date.
-- key: enterprise_id, month, levy_item
-- materialized: table
select
    * exclude (levy),
    levy as levy_item
from features.revenue_by_levy
