-- One row per enterprise, month and duration: what the office knows to change the local revenue.
-- key: enterprise_id, month, is_lasting, is_refund
-- materialized: table
--
-- Deferrals are left to the deferral records, and refunds of closed months to the refund records; a refund that the
-- office sees coming is kept apart, because only the natural caliber has it.
--
-- column amount [currency]: change of the month's natural local revenue; negative = less
-- column is_lasting [flag]: whether every later month is changed as well
-- column is_refund [flag]: whether it is a refund still to come
select
    events.enterprise_id,
    events.month,
    coalesce(events.is_lasting, false) as is_lasting,
    events.matter = 'refund' as is_refund,
    sum(events.amount)::decimal(18, 2) as amount
from ledger.known_events_as_known as events
inner join features.forecast_years as years
    on years.year >= year(events.month)
where
    events.matter <> 'deferral'
    and (events.matter <> 'refund' or events.month > years.last_closed)
group by all
