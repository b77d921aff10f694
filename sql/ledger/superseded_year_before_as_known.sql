-- One row per ledger row that had been stood in for one year before the as-of date.
-- key: batch_id, line
-- materialized: view
select distinct
    superseded.batch_id,
    superseded.line
from ledger.superseded_rows as superseded
inner join ledger.batches_year_before_as_known as batches on superseded.by_batch_id = batches.batch_id
