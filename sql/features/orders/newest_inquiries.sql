-- One row per enterprise that has, or had, a work order: the order to name beside it.
-- key: enterprise_id
-- materialized: table
--
-- This week's order, the open one first; without one, the newest settled in an earlier week, with the state it was
-- published in last.
with

orders as (
    select
        enterprise_id,
        order_id,
        assignee,
        status,
        true as is_of_week,
        is_open,
        opened_on
    from run.work_orders
    union all
    select
        enterprise_id,
        order_id,
        assignee,
        status,
        false as is_of_week,
        false as is_open,
        opened_on
    from features.known_orders
)

select
    enterprise_id,
    order_id,
    assignee,
    status as inquiry_status
from orders
qualify row_number() over (
    partition by enterprise_id
    order by is_of_week desc, is_open desc, if(is_of_week, null, opened_on) desc nulls last, order_id desc
) = 1
