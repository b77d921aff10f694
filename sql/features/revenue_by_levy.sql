-- One row per as-of date, enterprise, month and levy: net revenue of every level, and the VAT credit refunds in it.
-- key: as_of_date, enterprise_id, month, levy
-- materialized: table
--
-- natural = receipts minus all refunds; vat_credit_refund_<level> is positive; restored = natural + it.
select
    as_of_date,
    enterprise_id,
    month,
    levy,
    any_value(time_basis) as time_basis,
    sum(total)::decimal(18, 2) as total,
    sum(central)::decimal(18, 2) as central,
    sum(local)::decimal(18, 2) as local,
    sum(city)::decimal(18, 2) as city,
    sum(district)::decimal(18, 2) as district,
    coalesce(-sum(total) filter (where is_vat_credit_refund), 0)::decimal(18, 2) as vat_credit_refund_total,
    coalesce(-sum(central) filter (where is_vat_credit_refund), 0)::decimal(18, 2) as vat_credit_refund_central,
    coalesce(-sum(local) filter (where is_vat_credit_refund), 0)::decimal(18, 2) as vat_credit_refund_local,
    coalesce(-sum(city) filter (where is_vat_credit_refund), 0)::decimal(18, 2) as vat_credit_refund_city,
    coalesce(-sum(district) filter (where is_vat_credit_refund), 0)::decimal(18, 2) as vat_credit_refund_district
from staging.revenue_lines
where is_in_scope
group by all
