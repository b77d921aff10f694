-- One row: how many weeks were published before that one, and the day of the newest of them.
-- materialized: table
--
-- A week is an ISO week: a second run in the same week is the same issue of the brief. Every published week has
-- receipts.
select
    count(distinct date_trunc('week', events.as_of_date)) as weeks_before,
    max(events.as_of_date) as published_before
from run.as_of as dates
left join events.deliveries as events
    on date_trunc('week', dates.as_of_date) > date_trunc('week', events.as_of_date)
