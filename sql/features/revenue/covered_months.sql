-- One row per as-of date and month for which every receipts contract has delivered.
-- key: as_of_date, month
-- materialized: table
with

deliveries as (
    select
        as_of_date,
        contract,
        unnest(covers) as month
    from ledger.batches_as_known
    where target = 'receipts'
),

contracts as (
    select
        as_of_date,
        count(distinct contract) as contracts
    from deliveries
    group by as_of_date
)

select
    deliveries.as_of_date,
    deliveries.month
from deliveries
inner join contracts on deliveries.as_of_date = contracts.as_of_date
group by deliveries.as_of_date, deliveries.month, contracts.contracts
having count(distinct deliveries.contract) = contracts.contracts
