-- One row per dispatched alert: what visits since the dispatch have found.
-- key: alert_no
-- materialized: table
--
-- Each column is the newest one given since the dispatch. result is the visit's, whether it met somebody or not.
-- column result [text]: result of the newest visit or call
-- column explanation [text]: what the firm said
-- column cause_confirmed [text]: the causes ticked, in words
-- column main_cause [text]: code of the cause with the most tenths
-- column move_stance [text]: what the firm says of moving
with

since as (
    select
        alerts.alert_no,
        alerts.enterprise_id,
        alerts.dispatched_on,
        visits.result,
        visits.explanation,
        visits.move_stance,
        (visits.visited_on, visits.knowledge_date, visits.batch_id, visits.line) as moment
    from features.alerts as alerts
    inner join features.visits as visits
        on
            alerts.enterprise_id = visits.enterprise_id
            and alerts.dispatched_on <= visits.visited_on
            and visits.problem is null
)

select
    since.alert_no,
    arg_max(since.result, since.moment) filter (where since.result is not null) as result,
    arg_max(since.explanation, since.moment) filter (where since.explanation is not null) as explanation,
    arg_max(since.move_stance, since.moment) filter (where since.move_stance is not null) as move_stance,
    any_value(told.cause_confirmed) filter (where since.dispatched_on <= told.cause_on) as cause_confirmed,
    any_value(told.main_cause) filter (where since.dispatched_on <= told.cause_on) as main_cause
from since
left join features.last_visits as told using (enterprise_id)
group by since.alert_no
