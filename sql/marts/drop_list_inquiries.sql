-- One row per as-of date, drop list and rank: the list's line with the work order that looks into it.
-- key: as_of_date, list_name, rank
-- materialized: table
select
    lists.*,
    orders.order_id,
    orders.assignee,
    orders.status as inquiry_status
from marts.drop_lists as lists
left join run.work_orders as orders
    on lists.as_of_date = orders.as_of_date and lists.enterprise_id = orders.enterprise_id
order by lists.as_of_date, lists.list_name, lists.rank
