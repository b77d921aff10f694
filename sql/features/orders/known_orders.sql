-- One row per work order issued in an earlier published week, in its newest published state.
-- key: order_id
-- materialized: table
--
-- Settled orders are among them. An order follows its enterprise when that is matched to another id. opened_on is the
-- day on which it was issued, or reopened; status_before the state that the newest earlier week has published.
with

newest as (
    select events.*
    from events.work_orders as events
    cross join run.as_of
    where events.as_of_date < as_of.as_of_date
    qualify row_number() over (partition by events.order_id order by events.as_of_date desc) = 1
),

weeks_before as (
    select
        events.order_id,
        arg_max(events.status, events.as_of_date) as status
    from events.work_orders as events
    cross join run.as_of
    where date_trunc('week', events.as_of_date) < date_trunc('week', as_of.as_of_date)
    group by events.order_id
)

select
    newest.order_id,
    coalesce(aliases.enterprise_id, newest.enterprise_id) as enterprise_id,
    newest.sources,
    newest.status,
    weeks_before.status as status_before,
    newest.priority,
    newest.assignee,
    newest.issued_on,
    coalesce(newest.opened_on, newest.issued_on) as opened_on,
    newest.due_on,
    newest.as_of_date as last_published_on
from newest
left join weeks_before using (order_id)
left join ledger.aliases_as_known as aliases
    on newest.enterprise_id = aliases.alias
