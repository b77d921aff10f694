-- One row per as-of date: the last month that is over, allowed for lateness, and delivered.
-- key: as_of_date
-- materialized: table
--
-- A month is over when its last day is not after the as-of date; a contract's closing lag takes further months off.
with

calendar as (
    select
        as_of_date,
        (
            date_trunc('month', as_of_date + 1) - interval 1 month
            - to_months(max(closing_lag_months))
        )::date as last_over
    from ledger.batches_as_known
    where target = 'receipts'
    group by as_of_date
)

select
    calendar.as_of_date,
    calendar.last_over,
    max(covered.month) as last_closed,
    min(covered.month) as first_covered
from calendar
left join features.covered_months as covered
    on calendar.as_of_date = covered.as_of_date and calendar.last_over >= covered.month
group by all
