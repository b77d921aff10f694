-- One row per enterprise in the park: how late its months became known, and how often they were amended.
-- key: enterprise_id
-- materialized: table
--
-- Lateness is from the end of the month to the day on which its first row was known, less the median of the same month
-- over all enterprises: a month that an office got late for everybody is nobody's lateness. Late: by fifteen days
-- and more. Only closed months of which something is known; null where there are none.
with

filings as (
    select
        filings.enterprise_id,
        date_diff('month', filings.month, closed.last_closed) as months_back,
        date_diff('day', last_day(filings.month), filings.first_known) as days,
        days - median(days) over (partition by filings.month) as days_late,
        filings.amendments,
        filings.first_amount,
        filings.current_amount
    from ledger.filings_as_known as filings
    inner join features.closed_months as closed
        on filings.month between closed.last_closed - interval 11 month and closed.last_closed
)

select
    enterprise_id,
    avg(days_late) filter (where months_back < 3) / 30.4375 as lateness_mean_3,
    max(days_late) filter (where months_back < 3) / 30.4375 as lateness_max_3,
    avg(days_late) / 30.4375 as lateness_mean_12,
    max(days_late) / 30.4375 as lateness_max_12,
    (count(*) filter (where days_late >= 15))::double as late_months_12,
    coalesce(sum(amendments) filter (where months_back < 3), 0)::double as amendments_3,
    sum(amendments)::double as amendments_12,
    (sum(current_amount) - sum(first_amount))::double
    / nullif(abs(sum(current_amount)) + abs(sum(first_amount)), 0)::double as amended_12
from filings
group by enterprise_id
