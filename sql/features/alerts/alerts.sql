-- One row per dispatched alert, in its newest version, with the day on which it could be answered.
-- key: alert_no
-- materialized: table
--
-- known_on: the office received its first version. replied_on: somebody visited or called the enterprise since the
-- dispatch and has more to tell than that nobody answered the call.
with

newest as (
    select
        alerts.*,
        min(knowledge_date) over (partition by alert_no) as known_on
    from ledger.alerts_as_known as alerts
    cross join run.as_of
    where alerts.dispatched_on <= as_of.as_of_date
    qualify row_number() over (
        partition by alert_no order by knowledge_date desc, batch_id desc, line desc
    ) = 1
)

select
    newest.alert_no,
    newest.enterprise_id,
    newest.alert_type,
    newest.dispatcher,
    newest.dispatched_on,
    newest.due_on,
    newest.known_on,
    min(visits.visited_on) as replied_on
from newest
left join features.visits as visits
    on
        newest.enterprise_id = visits.enterprise_id
        and newest.dispatched_on <= visits.visited_on
        and visits.problem is null
        and visits.result <> 'not_reached'
group by all
