-- One row per as-of date and batch that counts then: accepted, known by then, not replaced by a later delivery.
-- key: as_of_date, batch_id
-- materialized: view
--
-- The order of deliveries of one partition is (knowledge_date, batch_id). A full delivery replaces the one before
-- it as a whole; increments never replace each other.
with

known as (
    select
        dates.as_of_date,
        batches.*
    from ledger.batches as batches
    inner join run.as_of_dates as dates on batches.knowledge_date <= dates.as_of_date
    where batches.status = 'accepted'
),

ranked as (
    select
        *,
        row_number() over (
            partition by as_of_date, contract, if(delivery = 'full', '*', partition)
            order by knowledge_date desc, batch_id desc
        ) as newest_first
    from known
)

select * exclude (newest_first)
from ranked
where delivery = 'increment' or newest_first = 1
