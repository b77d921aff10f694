-- One row per ledger row that a row of a batch that counts at the as-of date stands in for.
-- key: batch_id, line
-- materialized: view
select distinct
    superseded.batch_id,
    superseded.line
from ledger.superseded_rows as superseded
inner join ledger.batches_as_known as batches on superseded.by_batch_id = batches.batch_id
