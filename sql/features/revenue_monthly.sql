-- One row per as-of date, enterprise and month: natural and restored revenue of every level.
-- key: as_of_date, enterprise_id, month
-- materialized: table
select
    as_of_date,
    enterprise_id,
    month,
    any_value(time_basis) as time_basis,
    sum(total) as total,
    sum(central) as central,
    sum(local) as local,
    sum(city) as city,
    sum(district) as district,
    sum(vat_credit_refund_total) as vat_credit_refund_total,
    sum(vat_credit_refund_central) as vat_credit_refund_central,
    sum(vat_credit_refund_local) as vat_credit_refund_local,
    sum(vat_credit_refund_city) as vat_credit_refund_city,
    sum(vat_credit_refund_district) as vat_credit_refund_district,
    sum(total) + sum(vat_credit_refund_total) as total_restored,
    sum(central) + sum(vat_credit_refund_central) as central_restored,
    sum(local) + sum(vat_credit_refund_local) as local_restored,
    sum(city) + sum(vat_credit_refund_city) as city_restored,
    sum(district) + sum(vat_credit_refund_district) as district_restored
from features.revenue_by_levy
group by as_of_date, enterprise_id, month
