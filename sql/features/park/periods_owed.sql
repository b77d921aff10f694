-- One row per required contract and month that it should have delivered by the as-of date and has not.
-- key: contract, period
-- materialized: table
--
-- A month is due when the knowledge date that its file would state, plus the contract's grace, is not after the as-of
-- date. Months are owed from the first one ever delivered on; before a first delivery nothing is owed.
with

first_delivery as (
    select
        contract,
        min(covers_from) as first_period
    from ledger.batches_as_known
    group by contract
),

due as (
    select
        first_delivery.contract,
        unnest(
            generate_series(
                first_delivery.first_period::timestamp, as_of.as_of_date::timestamp, interval 1 month
            )
        )::date as period,
        required.covers_offset_months,
        required.days_until_due
    from first_delivery
    cross join run.as_of
    inner join run.required_contracts as required using (contract)
),

delivered as (
    select
        contract,
        unnest(covers) as period
    from ledger.batches_as_known
)

select
    due.contract,
    due.period
from due
cross join run.as_of
anti join delivered using (contract, period)
where last_day((due.period - to_months(due.covers_offset_months))::date) + due.days_until_due <= as_of.as_of_date
