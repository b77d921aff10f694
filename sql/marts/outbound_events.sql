-- One row per as-of date, case and arrow that it went, with the fact that took it there.
-- key: as_of_date, case_id, event_no
-- materialized: table
--
-- from_state is null where a case opens.
select
    as_of_date,
    case_id,
    event_no,
    happened_on,
    event,
    from_state,
    to_state,
    evidence
from run.outbound_events
order by as_of_date, case_id, event_no
