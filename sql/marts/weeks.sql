-- One row per as-of date: the issue of the brief, how far the data reach, and which window and level it speaks of.
-- key: as_of_date
-- materialized: table
--
-- issue_no is the running number of published weeks, this one included; has_new_receipts: the week has counted a
-- receipts extract that no earlier one has. The window is the year to date; level is what the data can give for the
-- local one (is_fallback says that it is another). refund_months_missing counts the months of both years' windows
-- without a refund extract, which count as months without a refund.
--
-- column issue_no [number]: number of the brief's issue: published weeks, this one included
-- column published_before [date]: as-of date of the newest week published before; null = this is the first
-- column refund_months_missing [count]: months of both years' windows without a refund extract
with

missing as (
    select count(*) as months
    from features.refund_months_missing
    where window_name = 'ytd'
),

receipts as (
    select bool_or(is_new) as has_new
    from marts.week_files
    where target = 'receipts'
)

select
    as_of.as_of_date,
    weeks.weeks_before + 1 as issue_no,
    weeks.published_before,
    data_until.data_until,
    coalesce(receipts.has_new, false) as has_new_receipts,
    data_until.has_refunds,
    closed.last_closed,
    windows.window_start,
    windows.window_end,
    windows.is_covered,
    windows.reason as not_covered_reason,
    levels.level_used as level,
    levels.is_fallback,
    missing.months as refund_months_missing
from features.published_weeks as weeks
cross join run.as_of
cross join features.data_until as data_until
left join features.closed_months as closed on true
left join features.windows as windows on windows.window_name = 'ytd'
left join features.levels_in_use as levels on levels.level_asked = 'local'
cross join receipts
cross join missing
