-- One row per enterprise in the receipts: its first month, as far as the extracts go back.
-- key: enterprise_id
-- materialized: table
--
-- column first_month [month]: first month with a row
-- column is_floor [flag]: the month is the first one covered, so that it may well be older
select
    revenue.enterprise_id,
    min(revenue.month) as first_month,
    coalesce(min(revenue.month) <= any_value(closed.first_covered), false) as is_floor
from features.risk_revenue as revenue
cross join features.closed_months as closed
group by revenue.enterprise_id
