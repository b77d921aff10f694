-- One row per as-of date and entry of every register delivered by then, the replaced ones too.
-- key: as_of_date, batch_id, line
-- materialized: view
--
-- What an earlier register said stays a fact of its day: it dates a change. Of two deliveries with one knowledge date
-- the later corrects the earlier.
with

known as (
    select
        dates.as_of_date,
        batches.batch_id,
        batches.knowledge_date
    from ledger.batches as batches
    inner join run.as_of_dates as dates on batches.knowledge_date <= dates.as_of_date
    where batches.status = 'accepted' and batches.target = 'enterprises'
    qualify
        batches.delivery <> 'full'
        or row_number() over (
            partition by dates.as_of_date, batches.contract, batches.knowledge_date order by batches.batch_id desc
        ) = 1
)

select
    known.as_of_date,
    identity.enterprise_id,
    known.knowledge_date,
    facts.*
from ledger.enterprises as facts
inner join known on facts.batch_id = known.batch_id
inner join ledger.identity_as_known as identity
    on known.as_of_date = identity.as_of_date and facts.party_key = identity.party_key
