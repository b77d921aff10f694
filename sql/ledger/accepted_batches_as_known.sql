-- One row per batch that was accepted and known by the as-of date, those that a later delivery replaced too.
-- key: batch_id
-- materialized: view
select batches.*
from ledger.batches as batches
cross join run.as_of
where batches.status = 'accepted' and batches.knowledge_date <= as_of.as_of_date
