-- One row per as-of date, enterprise, month and level: natural revenue and VAT credit refunds; null = unknown.
-- key: as_of_date, enterprise_id, month, level
-- materialized: view
with

monthly as (
    select *
    from features.revenue_monthly
)

select
    as_of_date,
    enterprise_id,
    month,
    'total' as level,
    total as natural_revenue,
    vat_credit_refund_total as refund
from monthly
union all
select
    as_of_date,
    enterprise_id,
    month,
    'central' as level,
    central as natural_revenue,
    vat_credit_refund_central as refund
from monthly
union all
select
    as_of_date,
    enterprise_id,
    month,
    'local' as level,
    local as natural_revenue,
    vat_credit_refund_local as refund
from monthly
union all
select
    as_of_date,
    enterprise_id,
    month,
    'city' as level,
    city as natural_revenue,
    vat_credit_refund_city as refund
from monthly
union all
select
    as_of_date,
    enterprise_id,
    month,
    'district' as level,
    district as natural_revenue,
    vat_credit_refund_district as refund
from monthly
