-- One row per enterprise in the park and window of closed months: restored revenue in it.
-- key: enterprise_id, window_name
-- materialized: table
--
-- last_<n>: the last n closed months; prior_<n>: the same months a year before; base_<h>: the calendar months of the
-- next h ones, a year before. Null where a month is not covered or not known.
--
-- column amount [currency]: restored revenue at the level in use
-- column mean [currency]: of one month
with

windows as (
    select
        named.window_name,
        named.first_back,
        named.last_back
    from (
        values
        ('last_1', 0, 0),
        ('last_3', 0, 2),
        ('last_6', 0, 5),
        ('last_12', 0, 11),
        ('prior_1', 12, 12),
        ('prior_3', 12, 14),
        ('prior_6', 12, 17),
        ('prior_12', 12, 23),
        ('base_3', 9, 11),
        ('base_6', 6, 11)
    ) as named (window_name, first_back, last_back)
)

select
    months.enterprise_id,
    windows.window_name,
    if(
        count(months.restored) = windows.last_back - windows.first_back + 1, sum(months.restored), null
    )::decimal(18, 2) as amount,
    amount::double / (windows.last_back - windows.first_back + 1) as mean
from features.risk_months as months
inner join windows on months.months_back between windows.first_back and windows.last_back
group by months.enterprise_id, windows.window_name, windows.first_back, windows.last_back
