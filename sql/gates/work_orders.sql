-- One row per rule on the work orders.
-- key: rule
-- materialized: table
with

shown as (
    select
        count(*) as orders,
        count(distinct enterprise_id) as enterprises,
        count(*) filter (where is_new) as new_orders
    from marts.work_orders
),

selected as (
    select count(*) as orders
    from run.work_orders
)

select
    'work_orders' as subject,
    'one_open_order_per_enterprise' as rule,
    (shown.orders - shown.enterprises)::double as measured,
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
