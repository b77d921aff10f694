-- One row per window: its months in both years, and whether both are covered.
-- key: window_name
-- materialized: table
--
-- A window that is not over, or not covered in both years, gives no year-on-year figure; `reason` says why.
with

windows as (
    select
        'ytd' as window_name,
        date_trunc('year', last_closed)::date as window_start,
        last_closed as window_end
    from features.closed_months
    where last_closed is not null
    union
    select
        'first_quarter' as window_name,
        date_trunc('year', last_closed)::date as window_start,
        (date_trunc('year', last_closed) + interval 2 month)::date as window_end
    from features.closed_months
    where last_closed is not null
    union
    select
        window_used as window_name,
        window_start,
        window_end
    from features.list_spans
),

both_years as (
    select
        windows.*,
        closed.last_closed,
        (windows.window_start - interval 1 year)::date as prior_start,
        (windows.window_end - interval 1 year)::date as prior_end,
        date_diff('month', windows.window_start, windows.window_end) + 1 as months
    from windows
    cross join features.closed_months as closed
),

counted as (
    select
        both_years.window_name,
        count(*) filter (
            where covered.month between both_years.window_start and both_years.window_end
        ) as months_covered,
        count(*) filter (
            where covered.month between both_years.prior_start and both_years.prior_end
        ) as prior_months_covered
    from both_years
    left join features.covered_months as covered on true
    group by both_years.window_name
)

select
    both_years.*,
    counted.months_covered,
    counted.prior_months_covered,
    case
        when both_years.window_end > both_years.last_closed then 'window not over'
        when counted.months_covered < both_years.months then 'window not covered'
        when counted.prior_months_covered < both_years.months then 'base window not covered'
    end as reason,
    reason is null as is_covered
from both_years
inner join counted using (window_name)
