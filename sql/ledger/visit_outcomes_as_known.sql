-- One row per ledger row of visit_outcomes that counts at the as-of date, with the enterprise it belongs to.
-- key: batch_id, line
-- materialized: view
--
-- is_ahead: it tells of a day after the one on which the office received it, so the day is wrong.
select
    identity.enterprise_id,
    identity.source_id,
    identity.name,
    batches.contract,
    batches.time_basis,
    batches.knowledge_date,
    facts.visited_on > batches.knowledge_date as is_ahead,
    facts.*
from ledger.visit_outcomes as facts
inner join ledger.batches_as_known as batches using (batch_id)
inner join ledger.identity_as_known as identity using (party_key)
anti join ledger.superseded_as_known using (batch_id, line)
