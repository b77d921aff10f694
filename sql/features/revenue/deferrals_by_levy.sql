-- One row per enterprise, month and levy in which tax was put off, or tax put off earlier was due.
-- key: enterprise_id, month, levy
-- materialized: table
--
-- Only months up to the newest covered one: what is due later has not come. A level that one of the lines does not
-- give is unknown for the whole group.
--
-- column deferred_out_<level> [currency]: what was due in the month but put off; positive
-- column deferred_in_<level> [currency]: what fell due in the month because it had been put off; positive
with

known as (
    select max(month) as last_month
    from features.covered_months
),

moved as (
    select
        * exclude (paid_month),
        true as is_out
    from staging.deferral_lines
    union all by name
    select
        * exclude (month, paid_month),
        paid_month as month,
        false as is_out
    from staging.deferral_lines
)

select
    moved.enterprise_id,
    moved.month,
    moved.levy,
    any_value(moved.time_basis) as time_basis,
    if(count(*) = count(total), coalesce(sum(total) filter (where is_out), 0), null)::decimal(18, 2)
        as deferred_out_total,
    if(count(*) = count(central), coalesce(sum(central) filter (where is_out), 0), null)::decimal(18, 2)
        as deferred_out_central,
    if(count(*) = count(local), coalesce(sum(local) filter (where is_out), 0), null)::decimal(18, 2)
        as deferred_out_local,
    if(count(*) = count(city), coalesce(sum(city) filter (where is_out), 0), null)::decimal(18, 2)
        as deferred_out_city,
    if(count(*) = count(district), coalesce(sum(district) filter (where is_out), 0), null)::decimal(18, 2)
        as deferred_out_district,
    if(count(*) = count(total), coalesce(sum(total) filter (where not is_out), 0), null)::decimal(18, 2)
        as deferred_in_total,
    if(count(*) = count(central), coalesce(sum(central) filter (where not is_out), 0), null)::decimal(18, 2)
        as deferred_in_central,
    if(count(*) = count(local), coalesce(sum(local) filter (where not is_out), 0), null)::decimal(18, 2)
        as deferred_in_local,
    if(count(*) = count(city), coalesce(sum(city) filter (where not is_out), 0), null)::decimal(18, 2)
        as deferred_in_city,
    if(count(*) = count(district), coalesce(sum(district) filter (where not is_out), 0), null)::decimal(18, 2)
        as deferred_in_district
from moved
inner join known on moved.month <= known.last_month
group by moved.enterprise_id, moved.month, moved.levy
