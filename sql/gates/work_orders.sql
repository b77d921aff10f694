-- One row per rule on the work orders.
-- key: rule
-- materialized: table
with

shown as (
    select
        count(*) as orders,
        count(*) filter (where is_open) as open_orders,
        count(distinct enterprise_id) filter (where is_open) as enterprises,
        count(*) filter (where is_new) as new_orders
    from marts.work_orders
),

selected as (
    select count(*) as orders
    from run.work_orders
),

visited_again as (
    select count(*) as orders
    from run.work_orders as orders
    cross join run.as_of
    inner join features.last_visits as visits using (enterprise_id)
    inner join marts.order_candidates as candidates using (enterprise_id)
    where orders.opened_on = as_of.as_of_date and visits.visited_this_quarter and not candidates.is_urgent
)

select
    'work_orders' as subject,
    'one_open_order_per_enterprise' as rule,
    (shown.open_orders - shown.enterprises)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'enterprises with two open orders' as detail
from shown
union all
select
    'work_orders' as subject,
    'every_order_shown' as rule,
    (selected.orders - shown.orders)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'open orders whose enterprise is not known' as detail
from shown
cross join selected
union all
select
    'work_orders' as subject,
    'within_capacity' as rule,
    (shown.new_orders - parameters.visiting_capacity)::double as measured,
    null::double as low,
    0::double as high,
    'error' as severity,
    'new orders above the visiting capacity' as detail
from shown
cross join run.parameters as parameters
union all
select
    'work_orders' as subject,
    'one_visit_per_quarter' as rule,
    orders::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'new orders for enterprises that were visited in this quarter and did not ask' as detail
from visited_again
