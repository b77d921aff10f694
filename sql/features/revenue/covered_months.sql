-- One row per month for which every receipts contract has delivered.
-- key: month
-- materialized: table
with

deliveries as (
    select
        contract,
        unnest(covers) as month
    from ledger.batches_as_known
    where target = 'receipts'
),

contracts as (
    select count(distinct contract) as contracts
    from deliveries
)

select deliveries.month
from deliveries
cross join contracts
group by deliveries.month, contracts.contracts
having count(distinct deliveries.contract) = contracts.contracts
