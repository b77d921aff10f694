-- One row per as-of date, origin, horizon and enterprise of a cohort: what came in its label window, as known by then.
-- key: as_of_date, origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- The window has matured when its last month is closed and every month of it is covered (DESIGN section 3, backtest).
-- Everything else is only of use where it has. A covered month without a row is 0.
--
-- column is_matured [flag]: the window is over and delivered
-- column actual [currency]: restored revenue of the window at the level in use; null where a month's amount is unknown
-- column paid_at_last [flag]: the window's last month has revenue above zero
-- column total_kept [ratio]: total tax of the window over that of the same months a year before; null where unknown
-- column invoiced_kept [ratio]: the same of invoiced value
with

windows as (
    select distinct
        dates.as_of_date,
        cohorts.origin_date,
        cohorts.horizon_months,
        cohorts.enterprise_id,
        cohorts.label_from,
        cohorts.label_to
    from run.cohorts as cohorts
    inner join run.as_of_dates as dates on cohorts.origin_date < dates.as_of_date
),

spans as (
    select distinct
        as_of_date,
        label_from,
        label_to
    from windows
),

matured as (
    select
        spans.as_of_date,
        spans.label_from,
        spans.label_to
    from spans
    inner join features.closed_months as closed
        on spans.as_of_date = closed.as_of_date and spans.label_to <= closed.last_closed
    inner join features.covered_months as covered
        on spans.as_of_date = covered.as_of_date and covered.month between spans.label_from and spans.label_to
    group by spans.as_of_date, spans.label_from, spans.label_to
    having count(*) = date_diff('month', spans.label_from, spans.label_to) + 1
),

received as (
    select
        windows.as_of_date,
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        sum(revenue.restored) filter (where revenue.month >= windows.label_from) as restored,
        bool_or(revenue.restored is null) filter (where revenue.month >= windows.label_from) as is_unknown,
        bool_or(revenue.restored > 0) filter (where revenue.month = windows.label_to) as paid_at_last,
        bool_or(revenue.total is null) as is_total_unknown,
        sum(revenue.total) filter (where revenue.month >= windows.label_from) as total,
        sum(revenue.total) filter (where revenue.month <= windows.label_to - interval 1 year) as total_base
    from windows
    inner join features.risk_revenue as revenue
        on
            windows.as_of_date = revenue.as_of_date
            and windows.enterprise_id = revenue.enterprise_id
            and (
                revenue.month between windows.label_from and windows.label_to
                or revenue.month between windows.label_from - interval 1 year and windows.label_to - interval 1 year
            )
    group by windows.as_of_date, windows.origin_date, windows.horizon_months, windows.enterprise_id
),

invoiced as (
    select
        windows.as_of_date,
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        sum(invoices.invoiced) filter (where invoices.month >= windows.label_from) as invoiced,
        sum(invoices.invoiced) filter (where invoices.month <= windows.label_to - interval 1 year) as invoiced_base
    from windows
    inner join features.risk_invoices as invoices
        on
            windows.as_of_date = invoices.as_of_date
            and windows.enterprise_id = invoices.enterprise_id
            and (
                invoices.month between windows.label_from and windows.label_to
                or invoices.month between windows.label_from - interval 1 year and windows.label_to - interval 1 year
            )
    group by windows.as_of_date, windows.origin_date, windows.horizon_months, windows.enterprise_id
    having count(invoices.invoiced) = 2 * windows.horizon_months
)

select
    windows.as_of_date,
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id,
    windows.label_from,
    windows.label_to,
    matured.as_of_date is not null as is_matured,
    if(coalesce(received.is_unknown, false), null, coalesce(received.restored, 0))::decimal(18, 2) as actual,
    coalesce(received.paid_at_last, false) as paid_at_last,
    if(
        received.total_base > 0 and not received.is_total_unknown,
        coalesce(received.total, 0)::double / received.total_base::double,
        null
    ) as total_kept,
    if(invoiced.invoiced_base > 0, invoiced.invoiced::double / invoiced.invoiced_base::double, null) as invoiced_kept
from windows
left join matured
    on
        windows.as_of_date = matured.as_of_date
        and windows.label_from = matured.label_from
        and windows.label_to = matured.label_to
left join received
    on
        windows.as_of_date = received.as_of_date
        and windows.origin_date = received.origin_date
        and windows.horizon_months = received.horizon_months
        and windows.enterprise_id = received.enterprise_id
left join invoiced
    on
        windows.as_of_date = invoiced.as_of_date
        and windows.origin_date = invoiced.origin_date
        and windows.horizon_months = invoiced.horizon_months
        and windows.enterprise_id = invoiced.enterprise_id
