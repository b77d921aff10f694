-- One row per enterprise, month and level: natural revenue, refunds, deferrals; null = unknown.
-- key: enterprise_id, month, level
-- materialized: view
--
-- column natural_revenue [currency]: receipts minus all refunds
-- column refund [currency]: the VAT credit refunds in it; positive
-- column deferred_out [currency]: what was due in the month but put off; positive; null without deferral extracts
-- column deferred_in [currency]: what came in the month because it had been put off; positive; null likewise
with

monthly as (
    select *
    from features.revenue_monthly
)

select
    enterprise_id,
    month,
    'total' as level,
    total as natural_revenue,
    vat_credit_refund_total as refund,
    deferred_out_total as deferred_out,
    deferred_in_total as deferred_in
from monthly
union all
select
    enterprise_id,
    month,
    'central' as level,
    central as natural_revenue,
    vat_credit_refund_central as refund,
    deferred_out_central as deferred_out,
    deferred_in_central as deferred_in
from monthly
union all
select
    enterprise_id,
    month,
    'local' as level,
    local as natural_revenue,
    vat_credit_refund_local as refund,
    deferred_out_local as deferred_out,
    deferred_in_local as deferred_in
from monthly
union all
select
    enterprise_id,
    month,
    'city' as level,
    city as natural_revenue,
    vat_credit_refund_city as refund,
    deferred_out_city as deferred_out,
    deferred_in_city as deferred_in
from monthly
union all
select
    enterprise_id,
    month,
    'district' as level,
    district as natural_revenue,
    vat_credit_refund_district as refund,
    deferred_out_district as deferred_out,
    deferred_in_district as deferred_in
from monthly
