-- One row per origin, horizon and enterprise of a cohort: what came in its label window, as known at the as-of date.
-- key: origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- The window has matured when its last month is closed and every month of it is covered (DESIGN section 3, backtest).
-- Everything else is only of use where it has. A covered month without a row is 0.
-- The lesson is what a model may learn before and after that: the window's months that are settled, once these are half
-- of it or more. A month is settled when the next one is closed too (run.parameters.settle_months): in the newest month
-- some enterprises are missing only because they file late, and a model that takes them for losses learns lateness.
-- plain: with what was put off counted where it was due, and without the gains of the base that the office knows to
-- have come once. Causes of timing and of a single time are examined before a business is said to shift (DOMAIN
-- section 4), so a hidden outflow is judged by it; a decline is not (DESIGN section 3).
--
-- column horizon_ends [date]: the day so many months after the origin; after a month's last day, a month's last day
-- column is_matured [flag]: the window is over and delivered
-- column actual [currency]: restored revenue of the window at the level in use; null where a month's amount is unknown
-- column plain_actual [currency]: actual, plus what was put off less what came in because it had been
-- column plain_base [currency]: the same of the base window, as known now, less one-off gains; null where not known
-- column paid_at_last [flag]: the window's last month has revenue above zero
-- column lesson_to [month]: last settled month of the window; null while less than half of it is settled
-- column lesson_base [currency]: restored revenue of the same months a year before; null where not known
-- column lesson_actual [currency]: restored revenue of the window up to that month; null where not known
-- column lesson_plain_actual [currency]: as plain_actual, up to lesson_to; lesson_plain_base likewise
-- column paid_at_lesson [flag]: that month has revenue above zero
-- column total_kept [ratio]: total tax of the window over that of the same months a year before; null where unknown
-- column invoiced_kept [ratio]: the same of invoiced value
-- column lesson_total_kept [ratio]: as total_kept, up to lesson_to; lesson_invoiced_kept likewise
with

windows as (
    select distinct
        cohorts.origin_date,
        cohorts.horizon_months,
        cohorts.enterprise_id,
        cohorts.label_from,
        cohorts.label_to,
        (cohorts.origin_date + to_months(cohorts.horizon_months::integer))::date as same_day,
        if(cohorts.origin_date = last_day(cohorts.origin_date), last_day(same_day), same_day) as horizon_ends
    from run.cohorts as cohorts
    cross join run.as_of
    where cohorts.origin_date < as_of.as_of_date
),

spans as (
    select distinct
        windows.label_from,
        windows.label_to,
        least(
            windows.label_to, (closed.last_closed - to_months(parameters.settle_months::integer))::date
        ) as settled_to
    from windows
    cross join features.closed_months as closed
    cross join run.parameters as parameters
),

matured as (
    select
        spans.label_from,
        spans.label_to
    from spans
    inner join features.closed_months as closed
        on spans.label_to <= closed.last_closed
    inner join features.covered_months as covered
        on covered.month between spans.label_from and spans.label_to
    group by spans.label_from, spans.label_to
    having count(*) = date_diff('month', spans.label_from, spans.label_to) + 1
),

settled as (
    select
        spans.label_from,
        spans.label_to,
        spans.settled_to
    from spans
    inner join features.covered_months as covered
        on covered.month between spans.label_from and spans.settled_to
    group by spans.label_from, spans.label_to, spans.settled_to
    having
        count(*) = date_diff('month', spans.label_from, spans.settled_to) + 1
        and 2 * count(*) > date_diff('month', spans.label_from, spans.label_to)
),

due as (
    select
        windows.*,
        settled.settled_to as lesson_to
    from windows
    left join settled using (label_from, label_to)
),

once as (
    select
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        sum(events.amount) as gained,
        sum(events.amount) filter (where events.month <= windows.lesson_to - interval 1 year) as lesson_gained
    from due as windows
    inner join ledger.known_events_as_known as events
        on
            windows.enterprise_id = events.enterprise_id
            and events.month between windows.label_from - interval 1 year and windows.label_to - interval 1 year
    where
        events.amount > 0
        and not coalesce(events.is_lasting, false)
        and events.matter not in ('deferral', 'refund')
    group by windows.origin_date, windows.horizon_months, windows.enterprise_id
),

received as (
    select
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        sum(revenue.restored) filter (where revenue.month >= windows.label_from) as restored,
        bool_or(revenue.restored is null) filter (where revenue.month >= windows.label_from) as is_unknown,
        bool_or(revenue.restored is null) filter (where revenue.month < windows.label_from) as is_base_unknown,
        sum(revenue.restored + coalesce(revenue.deferred, 0)) filter (
            where revenue.month >= windows.label_from
        ) as plain,
        sum(revenue.restored + coalesce(revenue.deferred, 0)) filter (
            where revenue.month < windows.label_from
        ) as plain_base,
        bool_or(revenue.restored > 0) filter (where revenue.month = windows.label_to) as paid_at_last,
        bool_or(revenue.total is null) as is_total_unknown,
        sum(revenue.total) filter (where revenue.month >= windows.label_from) as total,
        sum(revenue.total) filter (where revenue.month < windows.label_from) as total_base,
        sum(revenue.restored) filter (
            where revenue.month between windows.label_from and windows.lesson_to
        ) as lesson_restored,
        sum(revenue.restored) filter (
            where revenue.month <= windows.lesson_to - interval 1 year
        ) as lesson_base,
        sum(revenue.restored + coalesce(revenue.deferred, 0)) filter (
            where revenue.month between windows.label_from and windows.lesson_to
        ) as lesson_plain,
        sum(revenue.restored + coalesce(revenue.deferred, 0)) filter (
            where revenue.month <= windows.lesson_to - interval 1 year
        ) as lesson_plain_base,
        bool_or(revenue.restored is null) filter (
            where revenue.month between windows.label_from and windows.lesson_to
        ) as is_lesson_unknown,
        bool_or(revenue.restored is null) filter (
            where revenue.month <= windows.lesson_to - interval 1 year
        ) as is_lesson_base_unknown,
        bool_or(revenue.restored > 0) filter (where revenue.month = windows.lesson_to) as paid_at_lesson,
        sum(revenue.total) filter (
            where revenue.month between windows.label_from and windows.lesson_to
        ) as lesson_total,
        sum(revenue.total) filter (where revenue.month <= windows.lesson_to - interval 1 year) as lesson_total_base,
        bool_or(revenue.total is null) filter (
            where
            revenue.month between windows.label_from and windows.lesson_to
            or revenue.month <= windows.lesson_to - interval 1 year
        ) as is_lesson_total_unknown
    from due as windows
    inner join features.risk_revenue as revenue
        on
            windows.enterprise_id = revenue.enterprise_id
            and (
                revenue.month between windows.label_from and windows.label_to
                or revenue.month between windows.label_from - interval 1 year and windows.label_to - interval 1 year
            )
    group by windows.origin_date, windows.horizon_months, windows.enterprise_id
),

invoiced as (
    select
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        sum(invoices.invoiced) filter (where invoices.month >= windows.label_from) as invoiced,
        sum(invoices.invoiced) filter (where invoices.month < windows.label_from) as invoiced_base,
        count(invoices.invoiced) as months,
        sum(invoices.invoiced) filter (
            where invoices.month between windows.label_from and windows.lesson_to
        ) as lesson_invoiced,
        sum(invoices.invoiced) filter (
            where invoices.month <= windows.lesson_to - interval 1 year
        ) as lesson_invoiced_base,
        count(invoices.invoiced) filter (
            where
            invoices.month between windows.label_from and windows.lesson_to
            or invoices.month <= windows.lesson_to - interval 1 year
        ) as lesson_months
    from due as windows
    inner join features.risk_invoices as invoices
        on
            windows.enterprise_id = invoices.enterprise_id
            and (
                invoices.month between windows.label_from and windows.label_to
                or invoices.month between windows.label_from - interval 1 year and windows.label_to - interval 1 year
            )
    group by windows.origin_date, windows.horizon_months, windows.enterprise_id
)

select
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id,
    windows.label_from,
    windows.label_to,
    windows.horizon_ends,
    matured.label_from is not null as is_matured,
    if(coalesce(received.is_unknown, false), null, coalesce(received.restored, 0))::decimal(18, 2) as actual,
    if(coalesce(received.is_unknown, false), null, coalesce(received.plain, 0))::decimal(18, 2) as plain_actual,
    if(
        coalesce(received.is_base_unknown, false),
        null,
        coalesce(received.plain_base, 0) - coalesce(once.gained, 0)
    )::decimal(18, 2) as plain_base,
    coalesce(received.paid_at_last, false) as paid_at_last,
    if(
        received.total_base > 0 and not received.is_total_unknown,
        coalesce(received.total, 0)::double / received.total_base::double,
        null
    ) as total_kept,
    if(
        invoiced.invoiced_base > 0 and invoiced.months = 2 * windows.horizon_months,
        invoiced.invoiced::double / invoiced.invoiced_base::double,
        null
    ) as invoiced_kept,
    windows.lesson_to,
    if(
        windows.lesson_to is null or coalesce(received.is_lesson_base_unknown, false),
        null,
        coalesce(received.lesson_base, 0)
    )::decimal(18, 2) as lesson_base,
    if(
        windows.lesson_to is null or coalesce(received.is_lesson_unknown, false),
        null,
        coalesce(received.lesson_restored, 0)
    )::decimal(18, 2) as lesson_actual,
    if(lesson_actual is null, null, coalesce(received.lesson_plain, 0))::decimal(18, 2) as lesson_plain_actual,
    if(
        windows.lesson_to is null or coalesce(received.is_lesson_base_unknown, false),
        null,
        coalesce(received.lesson_plain_base, 0) - coalesce(once.lesson_gained, 0)
    )::decimal(18, 2) as lesson_plain_base,
    coalesce(received.paid_at_lesson, false) as paid_at_lesson,
    if(
        received.lesson_total_base > 0 and not received.is_lesson_total_unknown,
        coalesce(received.lesson_total, 0)::double / received.lesson_total_base::double,
        null
    ) as lesson_total_kept,
    if(
        invoiced.lesson_invoiced_base > 0
        and invoiced.lesson_months = 2 * (date_diff('month', windows.label_from, windows.lesson_to) + 1),
        invoiced.lesson_invoiced::double / invoiced.lesson_invoiced_base::double,
        null
    ) as lesson_invoiced_kept
from due as windows
left join matured using (label_from, label_to)
left join received using (origin_date, horizon_months, enterprise_id)
left join invoiced using (origin_date, horizon_months, enterprise_id)
left join once using (origin_date, horizon_months, enterprise_id)
