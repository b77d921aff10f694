-- One row per enterprise, month and levy, as known at the snapshot's as-of date.
-- key: enterprise_id, month, levy_item
-- materialized: table
select
    * exclude (as_of_date, levy),
    levy as levy_item
from features.revenue_by_levy
where as_of_date = (select max(as_of_date) from run.as_of_dates)
