-- One row per enterprise and month: revenue of every level in the three calibers.
-- key: enterprise_id, month
-- materialized: table
--
-- A level that one of the levies does not give is unknown for the month: null, never understated.
-- restored = natural + VAT credit refunds; deferral_adjusted = restored + deferred_out - deferred_in, null in a
-- workspace without deferral extracts (DOMAIN section 1).
with

summed as (
    select
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
        if(count(*) = count(deferred_out_total), sum(deferred_out_total), null)::decimal(18, 2)
            as deferred_out_total,
        if(count(*) = count(deferred_out_central), sum(deferred_out_central), null)::decimal(18, 2)
            as deferred_out_central,
        if(count(*) = count(deferred_out_local), sum(deferred_out_local), null)::decimal(18, 2)
            as deferred_out_local,
        if(count(*) = count(deferred_out_city), sum(deferred_out_city), null)::decimal(18, 2)
            as deferred_out_city,
        if(count(*) = count(deferred_out_district), sum(deferred_out_district), null)::decimal(18, 2)
            as deferred_out_district,
        if(count(*) = count(deferred_in_total), sum(deferred_in_total), null)::decimal(18, 2)
            as deferred_in_total,
        if(count(*) = count(deferred_in_central), sum(deferred_in_central), null)::decimal(18, 2)
            as deferred_in_central,
        if(count(*) = count(deferred_in_local), sum(deferred_in_local), null)::decimal(18, 2)
            as deferred_in_local,
        if(count(*) = count(deferred_in_city), sum(deferred_in_city), null)::decimal(18, 2)
            as deferred_in_city,
        if(count(*) = count(deferred_in_district), sum(deferred_in_district), null)::decimal(18, 2)
            as deferred_in_district
    from features.revenue_by_levy
    group by enterprise_id, month
)

select
    *,
    (total + vat_credit_refund_total)::decimal(18, 2) as total_restored,
    (central + vat_credit_refund_central)::decimal(18, 2) as central_restored,
    (local + vat_credit_refund_local)::decimal(18, 2) as local_restored,
    (city + vat_credit_refund_city)::decimal(18, 2) as city_restored,
    (district + vat_credit_refund_district)::decimal(18, 2) as district_restored,
    (total_restored + deferred_out_total - deferred_in_total)::decimal(18, 2) as total_deferral_adjusted,
    (central_restored + deferred_out_central - deferred_in_central)::decimal(18, 2) as central_deferral_adjusted,
    (local_restored + deferred_out_local - deferred_in_local)::decimal(18, 2) as local_deferral_adjusted,
    (city_restored + deferred_out_city - deferred_in_city)::decimal(18, 2) as city_deferral_adjusted,
    (district_restored + deferred_out_district - deferred_in_district)::decimal(18, 2) as district_deferral_adjusted
from summed
