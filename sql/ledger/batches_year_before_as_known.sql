-- One row per batch that counted one year before the as-of date: what the office could compute then.
-- key: batch_id
-- materialized: view
--
-- For the like-for-like prior year of a figure (DOMAIN section 1, YoY). The rules are those of ledger.batches_as_known.
with

known as (
    select batches.*
    from ledger.batches as batches
    cross join run.as_of
    where batches.status = 'accepted' and batches.knowledge_date <= as_of.as_of_date - interval 1 year
),

ranked as (
    select
        *,
        row_number() over (
            partition by contract, if(delivery = 'full', '*', partition)
            order by knowledge_date desc, batch_id desc
        ) as newest_first
    from known
)

select * exclude (newest_first)
from ranked
where delivery = 'increment' or newest_first = 1
