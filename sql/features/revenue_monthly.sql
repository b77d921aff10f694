-- One row per as-of date, enterprise and month: natural and restored revenue of every level.
-- key: as_of_date, enterprise_id, month
-- materialized: table
select
    as_of_date,
    enterprise_id,
    month,
    any_value(time_basis) as time_basis,
    sum(total)::decimal(18, 2) as total,
    sum(central)::decimal(18, 2) as central,
    sum(local)::decimal(18, 2) as local,
    sum(city)::decimal(18, 2) as city,
    sum(district)::decimal(18, 2) as district,
    sum(vat_credit_refund_total)::decimal(18, 2) as vat_credit_refund_total,
    sum(vat_credit_refund_central)::decimal(18, 2) as vat_credit_refund_central,
    sum(vat_credit_refund_local)::decimal(18, 2) as vat_credit_refund_local,
    sum(vat_credit_refund_city)::decimal(18, 2) as vat_credit_refund_city,
    sum(vat_credit_refund_district)::decimal(18, 2) as vat_credit_refund_district,
    sum(total + vat_credit_refund_total)::decimal(18, 2) as total_restored,
    sum(central + vat_credit_refund_central)::decimal(18, 2) as central_restored,
    sum(local + vat_credit_refund_local)::decimal(18, 2) as local_restored,
    sum(city + vat_credit_refund_city)::decimal(18, 2) as city_restored,
    sum(district + vat_credit_refund_district)::decimal(18, 2) as district_restored
from features.revenue_by_levy
group by as_of_date, enterprise_id, month
