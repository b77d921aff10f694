-- One row: the newest knowledge date of a receipts extract, and what came since the week before.
-- materialized: table
--
-- New is a receipts extract that counts now and that no earlier published week has counted, however late it landed.
-- Without one, lists and scores are carried over and no new list or risk order is issued (DOMAIN section 5).
with

counted as (
    select distinct events.sha256
    from events.deliveries as events
    cross join run.as_of
    where events.as_of_date < as_of.as_of_date
),

deliveries as (
    select
        deliveries.target,
        deliveries.knowledge_date,
        counted.sha256 is null as is_new
    from ledger.deliveries_as_known as deliveries
    left join counted using (sha256)
)

select
    max(deliveries.knowledge_date) filter (where deliveries.target = 'receipts') as data_until,
    count(*) filter (where deliveries.target = 'receipts') as receipts_extracts,
    count(*) filter (where deliveries.target = 'receipts' and deliveries.is_new) > 0 as has_new_receipts,
    count(*) filter (where deliveries.target = 'refunds') > 0 as has_refunds
from deliveries
