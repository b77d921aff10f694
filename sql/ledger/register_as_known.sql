-- One row per enterprise that any register known by the as-of date names: its newest entry, and when it ended.
-- key: enterprise_id
-- materialized: view
--
-- A full delivery ends every enterprise that it no longer names (absent = ended): ended_on is the knowledge date of
-- the first delivery without it. Increments end nobody.
with

known as (
    select
        batches.batch_id,
        batches.delivery,
        batches.knowledge_date,
        dense_rank() over (
            partition by batches.contract order by batches.knowledge_date, batches.batch_id
        ) as delivery_no,
        lead(batches.knowledge_date) over (
            partition by batches.contract order by batches.knowledge_date, batches.batch_id
        ) as next_known
    from ledger.accepted_batches_as_known as batches
    where batches.target = 'enterprises'
)

select
    identity.enterprise_id,
    identity.name,
    known.knowledge_date,
    if(known.delivery = 'full', known.next_known, null) as ended_on,
    facts.*
from ledger.enterprises as facts
inner join known using (batch_id)
inner join ledger.identity_as_known as identity using (party_key)
qualify row_number() over (
    partition by identity.enterprise_id
    order by known.knowledge_date desc, facts.batch_id desc, facts.in_from desc nulls last, facts.line desc
) = 1
