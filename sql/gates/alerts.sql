-- One row per rule on the statistics of dispatched alerts.
-- key: rule
-- materialized: table
with

told as (
    select
        as_of_date,
        sum(alerts) as alerts
    from marts.alert_statistics
    where period = 'year'
    group by as_of_date
),

known as (
    select
        as_of_date,
        count(*) as alerts
    from features.alerts
    where year(dispatched_on) = year(as_of_date)
    group by as_of_date
)

select
    'alert_statistics' as subject,
    'counts_every_alert' as rule,
    count(*) filter (where told.alerts is distinct from known.alerts)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'as-of dates whose statistics do not count every alert of the year once' as detail
from known
full join told on known.as_of_date = told.as_of_date
