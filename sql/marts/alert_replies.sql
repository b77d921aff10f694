-- One row per as-of date and dispatched alert: its order, and whether the park can answer it yet.
-- key: as_of_date, alert_no
-- materialized: table
--
-- An alert can be answered once somebody has been there since the dispatch (replied_on), or once its order was settled
-- since. is_due: the answer is due within seven days, the as-of date included; is_overdue: the day is past. An order of
-- before the dispatch that was settled by then is not the alert's.
with

orders as (
    select
        as_of_date,
        enterprise_id,
        order_id,
        status,
        opened_on,
        as_of_date as seen_on
    from run.work_orders
    union all
    select
        as_of_date,
        enterprise_id,
        order_id,
        status,
        opened_on,
        last_published_on as seen_on
    from features.known_orders
),

newest_orders as (
    select
        alerts.as_of_date,
        alerts.alert_no,
        orders.order_id,
        orders.status
    from features.alerts as alerts
    inner join orders
        on
            alerts.as_of_date = orders.as_of_date
            and alerts.enterprise_id = orders.enterprise_id
            and alerts.dispatched_on <= orders.seen_on
    qualify row_number() over (
        partition by alerts.as_of_date, alerts.alert_no
        order by orders.opened_on desc, orders.order_id desc, orders.seen_on desc
    ) = 1
),

replies as (
    select
        alerts.as_of_date,
        alerts.alert_no,
        alerts.enterprise_id,
        enterprises.name,
        alerts.alert_type,
        alerts.dispatcher,
        alerts.dispatched_on,
        alerts.due_on,
        alerts.known_on,
        newest_orders.order_id,
        newest_orders.status,
        alerts.replied_on,
        alerts.replied_on is not null
        or coalesce(
            newest_orders.status in ('no_action', 'closed', 'cancelled', 'returned_wrong', 'declined_by_firm'), false
        ) as replied
    from features.alerts as alerts
    inner join features.enterprises as enterprises
        on alerts.as_of_date = enterprises.as_of_date and alerts.enterprise_id = enterprises.enterprise_id
    left join newest_orders
        on alerts.as_of_date = newest_orders.as_of_date and alerts.alert_no = newest_orders.alert_no
)

select
    *,
    coalesce(not replied and due_on between as_of_date and as_of_date + 6, false) as is_due,
    coalesce(not replied and due_on < as_of_date, false) as is_overdue
from replies
order by as_of_date, alert_no
