-- One row per as-of date, level, caliber and enterprise, or the park (`*`): the full year as it is forecast.
-- key: as_of_date, year, level, caliber, enterprise_id
-- materialized: table
--
-- Closed months are taken as they are (ytd), the rest of the year is forecast. The park is every enterprise that the
-- register or the outbound list names, and is the sum of its enterprises; those that will still join are not in it.
-- natural = restored less the refunds that are known to come: no others are assumed. restored knows the deferrals that
-- fall due; deferral_adjusted is free of them. Null where there is no forecast: method says why.
--
-- column year [number]: the calendar year, that of the last closed month
-- column months_closed [months]: how many months of the year are closed
-- column ytd [currency]: the closed months
-- column forecast [currency]: ytd and the rest of the year
-- column low [currency]: the lower end of the 80% interval, the pessimistic view of the park
-- column high [currency]: the upper end of the 80% interval, the optimistic view of the park
-- column method [text]: how the rest of the year was forecast, or `none: ...` with the reason
select
    as_of.as_of_date,
    year,
    level,
    caliber,
    enterprise_id,
    months_closed,
    ytd,
    forecast,
    low,
    high,
    method
from run.forecasts
cross join run.as_of
order by year, level, caliber, enterprise_id
