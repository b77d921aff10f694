-- One row per as-of date: the newest knowledge date of a receipts extract, and whether one is new since the last week.
-- key: as_of_date
-- materialized: table
--
-- Without a new receipts extract since the week published before, lists and scores are carried over and no new list
-- or risk order is issued (DOMAIN section 5).
with

earlier_weeks as (
    select
        dates.as_of_date,
        max(runs.as_of_date) as previous_as_of
    from run.as_of_dates as dates
    left join ops.runs as runs on dates.as_of_date > runs.as_of_date
    group by dates.as_of_date
)

select
    earlier_weeks.as_of_date,
    earlier_weeks.previous_as_of,
    max(batches.knowledge_date) as data_until,
    count(batches.batch_id) as receipts_batches,
    coalesce(data_until > coalesce(earlier_weeks.previous_as_of, date '0001-01-01'), false) as has_new_receipts
from earlier_weeks
left join ledger.batches_as_known as batches
    on earlier_weeks.as_of_date = batches.as_of_date and batches.target = 'receipts'
group by earlier_weeks.as_of_date, earlier_weeks.previous_as_of
