-- One row per batch that counts at the as-of date: accepted, known by then, not replaced by a later delivery.
-- key: batch_id
-- materialized: view
--
-- The order of deliveries of one partition is (knowledge_date, batch_id). A full delivery replaces the one before
-- it as a whole; increments never replace each other.
with

ranked as (
    select
        *,
        row_number() over (
            partition by contract, if(delivery = 'full', '*', partition)
            order by knowledge_date desc, batch_id desc
        ) as newest_first
    from ledger.accepted_batches_as_known
)

select * exclude (newest_first)
from ranked
where delivery = 'increment' or newest_first = 1
