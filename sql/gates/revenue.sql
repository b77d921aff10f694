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
    where missing = 0 and as_of_date = (select max(as_of_date) from run.as_of_dates)
),

in_scope as (
    select
        coalesce(sum(total), 0) as total,
        coalesce(sum(central), 0) as central,
        coalesce(sum(local), 0) as local,
        coalesce(sum(city), 0) as city,
        coalesce(sum(district), 0) as district
    from staging.revenue_lines
    where is_in_scope and as_of_date = (select max(as_of_date) from run.as_of_dates)
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

computed as (
    select
        month,
        level,
        sum(natural_revenue) as natural_revenue
    from features.revenue_by_level
    group by all
),

totals as (
    select
        control.month,
        control.level,
        sum(control.amount) as stated,
        max(computed.natural_revenue) as computed
    from ledger.control_totals_as_known as control
    left join computed on control.month = computed.month and control.level = computed.level
    where control.levy_item is null
    group by all
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
    'control_totals' as subject,
    'ties_to_the_bureau' as rule,
    count(*) filter (where abs(stated - coalesce(computed, 0)) > 1)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(
        string_agg(strftime(month, '%Y-%m') || ' ' || level, ', ' order by month, level)
        filter (where abs(stated - coalesce(computed, 0)) > 1),
        ''
    ) as detail
from totals
