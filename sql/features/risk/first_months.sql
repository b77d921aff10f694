-- One row per as-of date and enterprise in the receipts: its first month, as far as the extracts go back.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- column first_month [month]: first month with a row
-- column is_floor [flag]: the month is the first one covered, so that it may well be older
select
    revenue.as_of_date,
    revenue.enterprise_id,
    min(revenue.month) as first_month,
    coalesce(min(revenue.month) <= any_value(closed.first_covered), false) as is_floor
from features.risk_revenue as revenue
inner join features.closed_months as closed on revenue.as_of_date = closed.as_of_date
group by revenue.as_of_date, revenue.enterprise_id
