-- One row: the year to forecast, and why it cannot be forecast; no row before a month is closed.
-- materialized: table
--
-- The year is that of the last closed month. Its closed months and all of the year before must be covered; the history
-- is the unbroken row of covered months that ends with the last closed one, at most five years of it.
--
-- column year [number]: the calendar year to forecast
-- column last_closed [month]: the last closed month
-- column months_closed [months]: how many months of the year are closed
-- column first_month [month]: the first month of the history
-- column reason [text]: why there is no forecast; null where there is one
with

closed as (
    select last_closed
    from features.closed_months
    where last_closed is not null
),

numbered as (
    select
        covered.month,
        closed.last_closed,
        date_diff('month', covered.month, closed.last_closed) + 1
        - row_number() over (order by covered.month desc) as missing_after
    from features.covered_months as covered
    inner join closed on covered.month <= closed.last_closed
),

histories as (
    select min(month) as first_month
    from numbered
    where missing_after = 0 and date_diff('month', month, last_closed) < 60
)

select
    year(closed.last_closed)::bigint as year,
    closed.last_closed,
    month(closed.last_closed)::bigint as months_closed,
    histories.first_month,
    case
        when histories.first_month > date_trunc('year', closed.last_closed) then 'window not covered'
        when histories.first_month > date_trunc('year', closed.last_closed) - interval 1 year
            then 'base window not covered'
    end as reason
from closed
cross join histories
