-- One row per enterprise, month and levy: net revenue of every level, VAT credit refunds and deferrals.
-- key: enterprise_id, month, levy
-- materialized: table
--
-- natural = receipts minus all refunds; vat_credit_refund_<level> is positive; restored = natural + it.
-- A level that one of the lines does not give is unknown for the whole group: null, never understated.
-- A month in which tax was put off and nothing came has a row without lines: its revenue is 0 at every level in use.
-- deferred_out_<level> and deferred_in_<level> are positive (features.deferrals_by_levy); null in a workspace that has
-- never delivered a deferral extract.
--
-- column lines [count]: lines of receipts and refunds
-- column local_lines [count]: those of levies in the local revenue
-- column missing_<level> [count]: lines that do not give the level
with

flows as (
    select
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
    group by enterprise_id, month, levy
),

given as (
    select
        sum(lines) > sum(missing_total) as has_total,
        sum(lines) > sum(missing_central) as has_central,
        sum(local_lines) > sum(missing_local) as has_local,
        sum(local_lines) > sum(missing_city) as has_city,
        sum(local_lines) > sum(missing_district) as has_district
    from flows
),

delivering as (
    select count(*) > 0 as has_deferrals
    from ledger.batches_as_known
    where target = 'deferrals'
)

select
    coalesce(flows.enterprise_id, deferrals.enterprise_id) as enterprise_id,
    coalesce(flows.month, deferrals.month) as month,
    coalesce(flows.levy, deferrals.levy) as levy,
    coalesce(flows.time_basis, deferrals.time_basis) as time_basis,
    coalesce(flows.total, if(flows.lines is null and given.has_total, 0, null))::decimal(18, 2) as total,
    coalesce(flows.central, if(flows.lines is null and given.has_central, 0, null))::decimal(18, 2) as central,
    coalesce(flows.local, if(flows.lines is null and given.has_local, 0, null))::decimal(18, 2) as local,
    coalesce(flows.city, if(flows.lines is null and given.has_city, 0, null))::decimal(18, 2) as city,
    coalesce(flows.district, if(flows.lines is null and given.has_district, 0, null))::decimal(18, 2) as district,
    coalesce(flows.vat_credit_refund_total, if(flows.lines is null and given.has_total, 0, null))::decimal(18, 2)
        as vat_credit_refund_total,
    coalesce(flows.vat_credit_refund_central, if(flows.lines is null and given.has_central, 0, null))::decimal(18, 2)
        as vat_credit_refund_central,
    coalesce(flows.vat_credit_refund_local, if(flows.lines is null and given.has_local, 0, null))::decimal(18, 2)
        as vat_credit_refund_local,
    coalesce(flows.vat_credit_refund_city, if(flows.lines is null and given.has_city, 0, null))::decimal(18, 2)
        as vat_credit_refund_city,
    coalesce(flows.vat_credit_refund_district, if(flows.lines is null and given.has_district, 0, null))::decimal(18, 2)
        as vat_credit_refund_district,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_out_total)::decimal(18, 2)
        as deferred_out_total,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_out_central)::decimal(18, 2)
        as deferred_out_central,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_out_local)::decimal(18, 2)
        as deferred_out_local,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_out_city)::decimal(18, 2)
        as deferred_out_city,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_out_district)::decimal(18, 2)
        as deferred_out_district,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_in_total)::decimal(18, 2)
        as deferred_in_total,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_in_central)::decimal(18, 2)
        as deferred_in_central,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_in_local)::decimal(18, 2)
        as deferred_in_local,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_in_city)::decimal(18, 2)
        as deferred_in_city,
    if(deferrals.levy is null and delivering.has_deferrals, 0, deferrals.deferred_in_district)::decimal(18, 2)
        as deferred_in_district,
    coalesce(flows.lines, 0) as lines,
    coalesce(flows.local_lines, 0) as local_lines,
    coalesce(flows.missing_total, 0) as missing_total,
    coalesce(flows.missing_central, 0) as missing_central,
    coalesce(flows.missing_local, 0) as missing_local,
    coalesce(flows.missing_city, 0) as missing_city,
    coalesce(flows.missing_district, 0) as missing_district
from flows
full join features.deferrals_by_levy as deferrals
    on
        flows.enterprise_id = deferrals.enterprise_id
        and flows.month = deferrals.month
        and flows.levy = deferrals.levy
cross join given
cross join delivering
