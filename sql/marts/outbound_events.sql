-- One row per as-of date, case and arrow that it went, with the fact that took it there.
-- key: as_of_date, case_id, event_no
-- materialized: table
--
-- from_state is null where a case opens.
--
-- column case_id [id]: the case: the enterprise's id, #, and its number among that enterprise's cases
-- column event_no [number]: number of the arrow within the case, 1 = the one that opened it
-- column happened_on [date]: day of the fact
-- column event [text]: the fact that took the case there, such as listed_moved, stays, receipt
-- column from_state [text]: state before; null where the case opens
-- column to_state [text]: state after
select
    as_of.as_of_date,
    case_id,
    event_no,
    happened_on,
    event,
    from_state,
    to_state,
    evidence
from run.outbound_events
cross join run.as_of
order by case_id, event_no
