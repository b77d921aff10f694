-- One row per enterprise and month, as known at the snapshot's as-of date; amounts in the ledger's currency unit.
-- key: enterprise_id, month
-- materialized: table
select *
from features.revenue_monthly
