-- One row per enterprise and month, as known at the snapshot's as-of date; amounts in the ledger's currency unit.
-- key: enterprise_id, month
-- materialized: table
select * exclude (as_of_date)
from features.revenue_monthly
where as_of_date = (select max(as_of_date) from run.as_of_dates)
