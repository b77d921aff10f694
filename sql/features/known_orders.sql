-- One row per as-of date and work order issued in an earlier published week, in its newest published state.
-- key: as_of_date, order_id
-- materialized: table
--
-- Settled orders are among them. An order follows its enterprise when that is matched to another id. opened_on is the
-- week in which it was issued, or reopened.
with

newest as (
    select
        dates.as_of_date as run_as_of_date,
        events.*
    from run.as_of_dates as dates
    inner join events.work_orders as events on dates.as_of_date > events.as_of_date
    qualify row_number() over (
        partition by dates.as_of_date, events.order_id order by events.as_of_date desc
    ) = 1
)

select
    newest.run_as_of_date as as_of_date,
    newest.order_id,
    coalesce(aliases.enterprise_id, newest.enterprise_id) as enterprise_id,
    newest.sources,
    newest.status,
    newest.priority,
    newest.assignee,
    newest.issued_on,
    coalesce(newest.opened_on, newest.issued_on) as opened_on,
    newest.due_on,
    newest.as_of_date as last_published_on
from newest
left join ledger.aliases_as_known as aliases
    on newest.run_as_of_date = aliases.as_of_date and newest.enterprise_id = aliases.alias
