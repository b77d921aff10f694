-- One row per as-of date and ledger row of projects that counts then.
-- key: as_of_date, batch_id, line
-- materialized: view
select
    batches.as_of_date,
    batches.contract,
    batches.knowledge_date,
    facts.*
from ledger.projects as facts
inner join ledger.batches_as_known as batches on facts.batch_id = batches.batch_id
anti join ledger.superseded_as_known as superseded
    on
        batches.as_of_date = superseded.as_of_date
        and facts.batch_id = superseded.batch_id
        and facts.line = superseded.line
