-- One row per as-of date, enterprise, month and level that is known: natural revenue, VAT credit refunds, restored.
-- key: as_of_date, enterprise_id, month, level
-- materialized: view
with

monthly as (
    select * from features.revenue_monthly
)

select
    as_of_date,
    enterprise_id,
    month,
    'total' as level,
    total as natural_revenue,
    vat_credit_refund_total as refund
from monthly
where total is not null
union all
select
    as_of_date,
    enterprise_id,
    month,
    'central' as level,
    central as natural_revenue,
    vat_credit_refund_central as refund
from monthly
where central is not null
union all
select
    as_of_date,
    enterprise_id,
    month,
    'local' as level,
    local as natural_revenue,
    vat_credit_refund_local as refund
from monthly
where local is not null
union all
select
    as_of_date,
    enterprise_id,
    month,
    'city' as level,
    city as natural_revenue,
    vat_credit_refund_city as refund
from monthly
where city is not null
union all
select
    as_of_date,
    enterprise_id,
    month,
    'district' as level,
    district as natural_revenue,
    vat_credit_refund_district as refund
from monthly
where district is not null
