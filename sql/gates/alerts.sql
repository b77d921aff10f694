-- One row per rule on the statistics of dispatched alerts.
-- key: rule
-- materialized: table
with

told as (
    select coalesce(sum(alerts), 0) as alerts
    from marts.alert_statistics
    where period = 'year'
),

known as (
    select count(*) as alerts
    from features.alerts
    cross join run.as_of
    where year(dispatched_on) = year(as_of.as_of_date)
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
cross join told
