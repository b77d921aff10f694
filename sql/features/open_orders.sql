-- One row per as-of date and enterprise with an open work order from an earlier week, in the order's newest state.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- An order follows its enterprise when that is matched to another id; of two orders that become one enterprise's, the
-- older one stays open.
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
    coalesce(aliases.enterprise_id, newest.enterprise_id) as enterprise_id,
    newest.order_id,
    newest.sources,
    newest.status,
    newest.priority,
    newest.assignee,
    newest.issued_on,
    newest.due_on
from newest
left join ledger.aliases_as_known as aliases
    on newest.run_as_of_date = aliases.as_of_date and newest.enterprise_id = aliases.alias
where newest.status not in ('no_action', 'closed', 'cancelled', 'returned_wrong', 'declined_by_firm')
qualify row_number() over (
    partition by newest.run_as_of_date, coalesce(aliases.enterprise_id, newest.enterprise_id)
    order by newest.issued_on asc, newest.order_id asc
) = 1
