-- One row per batch that counts at the as-of date, with the file it came from and where its rows went.
-- key: batch_id
-- materialized: view
select
    batches.batch_id,
    files.file,
    files.sheet,
    files.sha256,
    batches.target,
    files.contract,
    files.contract_fingerprint,
    files.partition,
    files.knowledge_date,
    files.rows_read,
    files.rows_loaded,
    files.rows_rejected,
    files.rows_duplicate,
    files.rows_total_line,
    files.rows_blank
from ledger.batches_as_known as batches
inner join ops.batches as files using (batch_id)
