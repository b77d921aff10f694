-- One row per row of ledger.target that counted one year before the as-of date.
-- key: batch_id, line
-- materialized: view
--
-- The enterprise is the one that the row belongs to at the as-of date, so that both vintages speak of the same firms.
select
    identity.enterprise_id,
    identity.source_id,
    identity.name,
    batches.contract,
    batches.time_basis,
    batches.knowledge_date,
    facts.*
from ledger.target as facts
inner join ledger.batches_year_before_as_known as batches using (batch_id)
inner join ledger.identity_as_known as identity using (party_key)
anti join ledger.superseded_year_before_as_known using (batch_id, line)
