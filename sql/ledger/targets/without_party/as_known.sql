-- One row per ledger row of a target that counts then.
-- key: batch_id, line
-- materialized: view
select
    batches.contract,
    batches.knowledge_date,
    facts.*
from ledger.target as facts
inner join ledger.batches_as_known as batches using (batch_id)
anti join ledger.superseded_as_known using (batch_id, line)
