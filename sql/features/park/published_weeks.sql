-- One row: how many weeks were published before this one, and the day of the newest of them.
-- materialized: table
--
-- A week is an ISO week: a second run in the same week is the same issue of the brief. Every published week has
-- receipts.
select
    count(distinct date_trunc('week', events.as_of_date)) as weeks_before,
    max(events.as_of_date) as published_before
from events.deliveries as events
cross join run.as_of
where date_trunc('week', events.as_of_date) < date_trunc('week', as_of.as_of_date)
