-- One row: the last month that is over, allowed for lateness, and delivered.
-- materialized: table
--
-- A month is over when its last day is not after the as-of date; a contract's closing lag takes further months off.
with

calendar as (
    select
        (
            date_trunc('month', any_value(as_of.as_of_date) + 1) - interval 1 month
            - to_months(max(closing_lag_months))
        )::date as last_over
    from ledger.batches_as_known
    cross join run.as_of
    where target = 'receipts'
    having count(*) > 0
)

select
    calendar.last_over,
    max(covered.month) as last_closed,
    min(covered.month) as first_covered
from calendar
left join features.covered_months as covered
    on calendar.last_over >= covered.month
group by all
