-- One row: which records that show causes are known; without one its causes cannot be examined.
-- materialized: table
with

delivered as (
    select
        coalesce(bool_or(target = 'refunds'), false) as has_refunds,
        coalesce(bool_or(target = 'deferrals'), false) as has_deferrals,
        coalesce(bool_or(target = 'enterprises'), false) as has_register,
        coalesce(bool_or(target = 'outbound'), false) as has_outbound,
        coalesce(bool_or(target = 'known_events'), false) as has_known_events
    from ledger.batches_as_known
),

lines as (
    select
        count(period_from) > 0 as has_tax_periods,
        count(levy_item) > 0 as has_levy_items,
        count(levy_subitem) > 0 as has_levy_subitems,
        count(reason) filter (where flow = 'receipt') > 0 as has_reasons
    from features.cause_lines
),

invoices as (
    select count(*) filter (where measure = 'invoiced_value') > 0 as has_invoiced_values
    from ledger.monthly_values_as_known
)

select
    delivered.*,
    lines.*,
    invoices.*
from delivered
cross join lines
cross join invoices
