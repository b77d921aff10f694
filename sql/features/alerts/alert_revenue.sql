-- One row per dispatched alert: the firm's revenue of the three months before the month of the dispatch.
-- key: alert_no
-- materialized: table
--
-- Local level or what stands in for it, VAT credit refunds restored and deferrals adjusted where they are known, beside
-- the same months of the year before; as known at the as-of date. Null where a month of either year is not covered, or
-- the level is unknown in one. A firm without a row in a covered month paid nothing in it.
-- column current [currency]: revenue of the three months
-- column prior [currency]: revenue of the same months a year before
with

months as (
    select
        alert_no,
        enterprise_id,
        (date_trunc('month', dispatched_on) - interval 3 month)::date as first_month,
        (date_trunc('month', dispatched_on) - interval 1 month)::date as last_month
    from features.alerts
),

covered as (
    select months.alert_no
    from months
    inner join features.covered_months as covered
        on
            covered.month between months.first_month and months.last_month
            or covered.month between months.first_month - interval 1 year and months.last_month - interval 1 year
    group by months.alert_no
    having count(*) = 6
),

paid as (
    select
        months.alert_no,
        revenue.month >= months.first_month as is_current,
        revenue.natural_revenue + revenue.refund + coalesce(revenue.deferred_out - revenue.deferred_in, 0) as amount
    from months
    inner join features.levels_in_use as levels
        on levels.level_asked = 'local'
    inner join features.revenue_by_level as revenue
        on
            months.enterprise_id = revenue.enterprise_id
            and levels.level_used = revenue.level
            and (
                revenue.month between months.first_month and months.last_month
                or revenue.month between months.first_month - interval 1 year and months.last_month - interval 1 year
            )
)

select
    covered.alert_no,
    if(count(*) = count(paid.amount), coalesce(sum(paid.amount) filter (where paid.is_current), 0), null) as current,
    if(count(*) = count(paid.amount), coalesce(sum(paid.amount) filter (where not paid.is_current), 0), null) as prior
from covered
inner join paid using (alert_no)
group by covered.alert_no
