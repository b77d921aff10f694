-- One row per rule on the revenue marts: they hold every cent in scope, and say what is out of scope.
-- key: rule
-- materialized: table
with complete as (
    select
        coalesce(bool_or(level = 'total'), false) as has_total,
        coalesce(bool_or(level = 'central'), false) as has_central,
        coalesce(bool_or(level = 'local'), false) as has_local,
        coalesce(bool_or(level = 'city'), false) as has_city,
        coalesce(bool_or(level = 'district'), false) as has_district
    from features.level_lines
    where missing = 0
),

in_scope as (
    select
        coalesce(sum(total), 0) as total,
        coalesce(sum(central), 0) as central,
        coalesce(sum(local), 0) as local,
        coalesce(sum(city), 0) as city,
        coalesce(sum(district), 0) as district
    from staging.revenue_lines
    where is_in_scope
),

monthly as (
    select
        coalesce(sum(total), 0) as total,
        coalesce(sum(central), 0) as central,
        coalesce(sum(local), 0) as local,
        coalesce(sum(city), 0) as city,
        coalesce(sum(district), 0) as district
    from marts.revenue_monthly
),

by_levy as (
    select
        coalesce(sum(total), 0) as total,
        coalesce(sum(central), 0) as central,
        coalesce(sum(local), 0) as local,
        coalesce(sum(city), 0) as city,
        coalesce(sum(district), 0) as district
    from marts.revenue_by_levy
),

held_out_lines as (
    select
        coalesce(sum(rows_held_out), 0) as held_out,
        count(*) as items,
        coalesce(sum(total), 0) as total
    from marts.held_out_levy_items
),

restored_lines as (
    select coalesce(-sum(total) filter (where is_vat_credit_refund), 0) as total
    from staging.revenue_lines
    where is_in_scope
),

restored_marts as (
    select coalesce(sum(total_restored - total), 0) as total
    from marts.revenue_monthly
),

parts as (
    select
        coalesce(sum(parts_off), 0) as derived_off,
        coalesce(sum(own_off), 0) as own_off,
        coalesce(sum(ratios_not_used), 0) as ratios_not_used
    from features.level_sources
),

growth as (
    select
        level,
        caliber,
        sum(value) filter (where indicator in ('growth_joined', 'growth_left', 'growth_existing')) as movements,
        count(*) filter (where indicator in ('growth_volume', 'growth_share_effect') and value is not null) = 2
            as has_effects,
        sum(value) filter (where indicator in ('growth_volume', 'growth_share_effect')) as effects,
        max(value - prior_value) filter (where indicator = 'revenue' and population = 'as_registered') as registered,
        max(value - prior_value) filter (where indicator = 'revenue') as change
    from marts.park_indicators
    group by level, caliber
),

growth_off as (
    select
        coalesce(sum(abs(registered - coalesce(movements, 0))), 0) as movements_off,
        coalesce(sum(abs(change - effects)) filter (where has_effects), 0) as effects_off
    from growth
),

totals as (
    select
        count(*) filter (where is_above_tolerance) as above,
        coalesce(
            string_agg(
                strftime(month, '%Y-%m') || ' ' || level || if(levy_item = 'ALL', '', ' ' || levy_item),
                ', '
                order by month, level, levy_item
            ) filter (where is_above_tolerance),
            ''
        ) as above_where
    from marts.control_differences
),

unknown_aggregates as (
    select
        count(*) as unknown,
        coalesce(string_agg(indicator, ', ' order by indicator), '') as unknown_names
    from features.unknown_aggregates
)

select
    'revenue_monthly' as subject,
    'money_conserved' as rule,
    (
        if(complete.has_total, abs(monthly.total - in_scope.total), 0)
        + if(complete.has_central, abs(monthly.central - in_scope.central), 0)
        + if(complete.has_local, abs(monthly.local - in_scope.local), 0)
        + if(complete.has_city, abs(monthly.city - in_scope.city), 0)
        + if(complete.has_district, abs(monthly.district - in_scope.district), 0)
    )::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'difference to the lines in scope, over the levels that every line gives' as detail
from monthly
cross join in_scope
cross join complete
union all
select
    'revenue_by_levy' as subject,
    'levies_conserved' as rule,
    (
        if(complete.has_total, abs(by_levy.total - in_scope.total), 0)
        + if(complete.has_central, abs(by_levy.central - in_scope.central), 0)
        + if(complete.has_local, abs(by_levy.local - in_scope.local), 0)
        + if(complete.has_city, abs(by_levy.city - in_scope.city), 0)
        + if(complete.has_district, abs(by_levy.district - in_scope.district), 0)
    )::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'difference to the lines in scope, over the levels that every line gives' as detail
from by_levy
cross join in_scope
cross join complete
union all
select
    'revenue_lines' as subject,
    'levy_items_known' as rule,
    held_out::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    items || ' unknown levy items worth ' || total || ' are held out (marts.held_out_levy_items)' as detail
from held_out_lines
union all
select
    'revenue_monthly' as subject,
    'restored_by_credit_refunds' as rule,
    if(complete.has_total, abs(restored_marts.total - restored_lines.total), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'restored less natural, against the lines that are VAT credit refunds' as detail
from restored_marts
cross join restored_lines
cross join complete
union all
select
    'revenue_lines' as subject,
    'derived_levels_sum' as rule,
    derived_off::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'by how much levels from shares miss total = central + local, local = city + district' as detail
from parts
union all
select
    'revenue_lines' as subject,
    'own_levels_sum' as rule,
    own_off::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    'by how much amounts of the lines themselves miss total = central + local, local = city + district' as detail
from parts
union all
select
    'revenue_lines' as subject,
    'ratios_usable' as rule,
    ratios_not_used::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    'lines whose 预算分配比例 was needed and does not sum to one over the levels it names' as detail
from parts
union all
select
    'park_indicators' as subject,
    'growth_parts_sum' as rule,
    movements_off::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'joined, left and existing firms against the change of revenue, over all levels and calibers' as detail
from growth_off
union all
select
    'park_indicators' as subject,
    'effects_sum' as rule,
    effects_off::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'volume and share effect against the change of the level' as detail
from growth_off
union all
select
    'control_totals' as subject,
    'ties_to_the_bureau' as rule,
    above::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    above_where as detail
from totals
union all
select
    'park_indicators' as subject,
    'aggregates_known' as rule,
    unknown::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    unknown_names || ' are no indicators that the seeds know; they are left out' as detail
from unknown_aggregates
