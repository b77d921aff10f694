-- One row per as-of date, enterprise, month and levy: net revenue of every level, and the VAT credit refunds in it.
-- key: as_of_date, enterprise_id, month, levy
-- materialized: table
--
-- natural = receipts minus all refunds; vat_credit_refund_<level> is positive; restored = natural + it.
-- A level that one of the lines does not give is unknown for the whole group: null, never understated.
-- local_lines are those of levies in the local revenue; missing_<level> counts the lines that do not give the level.
select
    as_of_date,
    enterprise_id,
    month,
    levy,
    any_value(time_basis) as time_basis,
    if(count(*) = count(total), sum(total), null)::decimal(18, 2) as total,
    if(count(*) = count(central), sum(central), null)::decimal(18, 2) as central,
    if(count(*) = count(local), sum(local), null)::decimal(18, 2) as local,
    if(count(*) = count(city), sum(city), null)::decimal(18, 2) as city,
    if(count(*) = count(district), sum(district), null)::decimal(18, 2) as district,
    if(
        count(*) = count(total), coalesce(-sum(total) filter (where is_vat_credit_refund), 0), null
    )::decimal(18, 2) as vat_credit_refund_total,
    if(
        count(*) = count(central), coalesce(-sum(central) filter (where is_vat_credit_refund), 0), null
    )::decimal(18, 2) as vat_credit_refund_central,
    if(
        count(*) = count(local), coalesce(-sum(local) filter (where is_vat_credit_refund), 0), null
    )::decimal(18, 2) as vat_credit_refund_local,
    if(
        count(*) = count(city), coalesce(-sum(city) filter (where is_vat_credit_refund), 0), null
    )::decimal(18, 2) as vat_credit_refund_city,
    if(
        count(*) = count(district), coalesce(-sum(district) filter (where is_vat_credit_refund), 0), null
    )::decimal(18, 2) as vat_credit_refund_district,
    count(*) as lines,
    count(*) filter (where in_local_revenue) as local_lines,
    count(*) - count(total) as missing_total,
    count(*) - count(central) as missing_central,
    count(*) - count(local) as missing_local,
    count(*) - count(city) as missing_city,
    count(*) - count(district) as missing_district
from staging.revenue_lines
where is_in_scope
group by as_of_date, enterprise_id, month, levy
