-- One row per row of ledger.target that counts at the as-of date.
-- key: batch_id, line
-- materialized: view
select
    batches.contract,
    batches.knowledge_date,
    facts.*
from ledger.target as facts
inner join ledger.batches_as_known as batches using (batch_id)
anti join ledger.superseded_as_known using (batch_id, line)
