-- One row per row of ledger.target that counts at the as-of date, with the enterprise it belongs to.
-- key: batch_id, line
-- materialized: view
select
    identity.enterprise_id,
    identity.source_id,
    identity.name,
    batches.contract,
    batches.time_basis,
    batches.knowledge_date,
    facts.*
from ledger.target as facts
inner join ledger.batches_as_known as batches using (batch_id)
inner join ledger.identity_as_known as identity using (party_key)
anti join ledger.superseded_as_known using (batch_id, line)
