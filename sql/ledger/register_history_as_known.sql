-- One row per entry of every register delivered by the as-of date, the replaced ones too.
-- key: batch_id, line
-- materialized: view
--
-- What an earlier register said stays a fact of its day: it dates a change. Of two deliveries with one knowledge date
-- the later corrects the earlier.
with

known as (
    select
        batches.batch_id,
        batches.knowledge_date
    from ledger.accepted_batches_as_known as batches
    where batches.target = 'enterprises'
    qualify
        batches.delivery <> 'full'
        or row_number() over (
            partition by batches.contract, batches.knowledge_date order by batches.batch_id desc
        ) = 1
)

select
    identity.enterprise_id,
    known.knowledge_date,
    facts.*
from ledger.enterprises as facts
inner join known using (batch_id)
inner join ledger.identity_as_known as identity using (party_key)
