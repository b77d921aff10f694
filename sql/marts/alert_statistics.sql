-- One row per as-of date, period and kind of dispatched alert (type, dispatcher, result, time, truth): how many.
-- key: as_of_date, period, alert_type, dispatcher, result, timeliness, verdict
-- materialized: table
--
-- Any coarser statistic is a sum over the others. period: year (dispatched in the as-of date's calendar year) or week
-- (first received in the seven days that end with the as-of date). Codes and rules are those of marts.alert_replies.
-- column period [text]: year or week
-- column alert_type [text]: as delivered; 未标明 where it was not
-- column dispatcher [text]: as delivered; 未标明 where it was not
-- column result [text]: what came of it; none = nothing yet
-- column timeliness [text]: on_time, late (answered), overdue, open (not answered), no_deadline
-- column verdict [text]: true, false or unknown
-- column alerts [count]: alerts
with

periods as (
    select
        *,
        'year' as period
    from marts.alert_replies
    where year(dispatched_on) = year(as_of_date)
    union all
    select
        *,
        'week' as period
    from marts.alert_replies
    where known_on > as_of_date - 7
)

select
    as_of_date,
    period,
    coalesce(alert_type, '未标明') as alert_type,
    coalesce(dispatcher, '未标明') as dispatcher,
    coalesce(result, 'none') as result,
    timeliness,
    verdict,
    count(*) as alerts
from periods
group by all
order by all
