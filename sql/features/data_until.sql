-- One row per as-of date: the newest knowledge date of a receipts extract, and how many extracts count.
-- key: as_of_date
-- materialized: table
select
    dates.as_of_date,
    max(batches.knowledge_date) as data_until,
    count(batches.batch_id) as receipts_batches
from run.as_of_dates as dates
left join ledger.batches_as_known as batches
    on dates.as_of_date = batches.as_of_date and batches.target = 'receipts'
group by dates.as_of_date
