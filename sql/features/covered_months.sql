-- One row per as-of date and month for which every receipts contract has delivered.
-- key: as_of_date, month
-- materialized: table
with

deliveries as (
    select
        as_of_date,
        contract,
        unnest(generate_series(covers_from::timestamp, covers_to::timestamp, interval 1 month))::date as month
    from ledger.batches_as_known
    where target = 'receipts' and covers_from is not null
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
