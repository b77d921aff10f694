-- One row per as-of date, enterprise and month: natural and restored revenue of every level.
-- key: as_of_date, enterprise_id, month
-- materialized: table
--
-- A level that one of the levies does not give is unknown for the month: null, never understated.
select
    as_of_date,
    enterprise_id,
    month,
    any_value(time_basis) as time_basis,
    if(count(*) = count(total), sum(total), null)::decimal(18, 2) as total,
    if(count(*) = count(central), sum(central), null)::decimal(18, 2) as central,
    if(count(*) = count(local), sum(local), null)::decimal(18, 2) as local,
    if(count(*) = count(city), sum(city), null)::decimal(18, 2) as city,
    if(count(*) = count(district), sum(district), null)::decimal(18, 2) as district,
    if(count(*) = count(vat_credit_refund_total), sum(vat_credit_refund_total), null)::decimal(18, 2)
        as vat_credit_refund_total,
    if(count(*) = count(vat_credit_refund_central), sum(vat_credit_refund_central), null)::decimal(18, 2)
        as vat_credit_refund_central,
    if(count(*) = count(vat_credit_refund_local), sum(vat_credit_refund_local), null)::decimal(18, 2)
        as vat_credit_refund_local,
    if(count(*) = count(vat_credit_refund_city), sum(vat_credit_refund_city), null)::decimal(18, 2)
        as vat_credit_refund_city,
    if(count(*) = count(vat_credit_refund_district), sum(vat_credit_refund_district), null)::decimal(18, 2)
        as vat_credit_refund_district,
    if(count(*) = count(total), sum(total + vat_credit_refund_total), null)::decimal(18, 2) as total_restored,
    if(count(*) = count(central), sum(central + vat_credit_refund_central), null)::decimal(18, 2) as central_restored,
    if(count(*) = count(local), sum(local + vat_credit_refund_local), null)::decimal(18, 2) as local_restored,
    if(count(*) = count(city), sum(city + vat_credit_refund_city), null)::decimal(18, 2) as city_restored,
    if(count(*) = count(district), sum(district + vat_credit_refund_district), null)::decimal(18, 2)
        as district_restored
from features.revenue_by_levy
group by as_of_date, enterprise_id, month
