-- One row per list, enterprise, part of the change, code, detail and month: the money of both years.
-- key: list_name, enterprise_id, part, cause_code, detail, month
-- materialized: table
--
-- Everything at the list's level, as it counts in the natural revenue: a refund and what was put off are negative.
-- A month stands for itself (current) and the same month a year before (prior). part: `change`, the revenue itself;
-- `event`, what the office told (known_events; local revenue only, a lasting one counts in every month from its own);
-- `record`, what single ledger lines and deferral records say, T3 being what fell due after a deferral and has not
-- come in the window; `share`, the district's part of each levy at its old share; `turnover`, taxes that follow
-- invoices, in the month in which they were due whether put off or not; `invoiced`, the invoices of months known in
-- both years.
-- B1 leaves out what comes as a rule: in three or more months of a year, or in both years with at least half as much.
with

revenue as (
    select
        lists.list_name,
        lists.enterprise_id,
        if(revenue.month >= lists.window_start, revenue.month, (revenue.month + interval 1 year)::date) as month,
        revenue.month >= lists.window_start as is_current,
        revenue.natural_revenue,
        revenue.deferred_out,
        revenue.deferred_in
    from features.list_lines as lists
    inner join features.revenue_by_level as revenue
        on
            lists.enterprise_id = revenue.enterprise_id
            and lists.level = revenue.level
            and (
                revenue.month between lists.window_start and lists.window_end
                or revenue.month between lists.prior_start and lists.prior_end
            )
),

lines as (
    select
        lists.list_name,
        lists.enterprise_id,
        lists.level,
        if(lines.month >= lists.window_start, lines.month, (lines.month + interval 1 year)::date) as month,
        lines.month >= lists.window_start as is_current,
        lines.month as received_in,
        lines.nature,
        lines.levy,
        lines.period_from,
        lines.period_to,
        lines.levy_item,
        lines.levy_subitem,
        lines.reason,
        lines.local,
        lines.district,
        case lists.level
            when 'total' then lines.total
            when 'central' then lines.central
            when 'local' then lines.local
            when 'city' then lines.city
            when 'district' then lines.district
        end as amount
    from features.list_lines as lists
    inner join features.cause_lines as lines
        on
            lists.enterprise_id = lines.enterprise_id
            and (
                lines.month between lists.window_start and lists.window_end
                or lines.month between lists.prior_start and lists.prior_end
            )
),

recurring as (
    select
        list_name,
        enterprise_id,
        levy_item,
        levy_subitem,
        coalesce(sum(amount) filter (where is_current), 0) as now_paid,
        coalesce(sum(amount) filter (where not is_current), 0) as then_paid,
        count(distinct month) filter (where is_current) as now_months,
        count(distinct month) filter (where not is_current) as then_months
    from lines
    where nature = 'B1'
    group by list_name, enterprise_id, levy_item, levy_subitem
    having
        greatest(now_months, then_months) >= 3
        or 2 * least(now_paid, then_paid) >= greatest(now_paid, then_paid)
),

due as (
    select
        lists.list_name,
        lists.enterprise_id,
        deferrals.levy,
        date_trunc('month', deferrals.tax_period_from)::date as period_from,
        date_trunc('month', deferrals.tax_period_to)::date as period_to,
        deferrals.paid_month >= lists.window_start as is_current,
        min(deferrals.month) as put_off_in,
        max(deferrals.paid_month) as due_in,
        sum(
            case lists.level
                when 'total' then deferrals.total
                when 'central' then deferrals.central
                when 'local' then deferrals.local
                when 'city' then deferrals.city
                when 'district' then deferrals.district
            end
        ) as amount
    from features.list_lines as lists
    inner join staging.deferral_lines as deferrals
        on
            lists.enterprise_id = deferrals.enterprise_id
            and (
                deferrals.paid_month between lists.window_start and lists.window_end
                or deferrals.paid_month between lists.prior_start and lists.prior_end
            )
    where deferrals.tax_period_from is not null and deferrals.tax_period_to is not null
    group by all
),

arrears as (
    select
        due.list_name,
        due.enterprise_id,
        due.levy as detail,
        if(due.is_current, due.due_in, (due.due_in + interval 1 year)::date) as month,
        due.is_current,
        least(coalesce(sum(lines.amount), 0) - due.amount, 0) as amount
    from due
    left join lines
        on
            due.list_name = lines.list_name
            and due.enterprise_id = lines.enterprise_id
            and due.levy = lines.levy
            and due.period_from = lines.period_from
            and due.period_to = lines.period_to
            and due.is_current = lines.is_current
            and due.put_off_in < lines.received_in
            and lines.nature in ('regular', 'deferred', 'B2')
    group by
        due.list_name, due.enterprise_id, due.levy, due.due_in, due.is_current, due.amount,
        due.period_from, due.period_to
),

records as (
    select
        lines.list_name,
        lines.enterprise_id,
        lines.nature as cause_code,
        case lines.nature
            when 'P1' then ''
            when 'D1' then ''
            when 'B1' then concat_ws('·', lines.levy_item, lines.levy_subitem)
            else coalesce(lines.reason, '')
        end as detail,
        lines.month,
        lines.is_current,
        lines.amount
    from lines
    anti join recurring
        on
            lines.nature = 'B1'
            and lines.list_name = recurring.list_name
            and lines.enterprise_id = recurring.enterprise_id
            and lines.levy_item is not distinct from recurring.levy_item
            and lines.levy_subitem is not distinct from recurring.levy_subitem
    where lines.nature not in ('regular', 'deferred')
    union all
    select
        list_name,
        enterprise_id,
        'P3' as cause_code,
        'out' as detail,
        month,
        is_current,
        -deferred_out as amount
    from revenue
    where deferred_out <> 0
    union all
    select
        list_name,
        enterprise_id,
        'P3' as cause_code,
        'in' as detail,
        month,
        is_current,
        deferred_in as amount
    from revenue
    where deferred_in <> 0
    union all
    select
        list_name,
        enterprise_id,
        'T3' as cause_code,
        detail,
        month,
        is_current,
        amount
    from arrears
    where amount < 0
),

events as (
    select
        lists.list_name,
        lists.enterprise_id,
        events.matter as detail,
        months.month,
        events.amount,
        if(events.is_lasting, months.month >= events.month, months.month = events.month) as in_current,
        if(
            events.is_lasting,
            months.month - interval 1 year >= events.month,
            months.month - interval 1 year = events.month
        ) as in_prior
    from features.list_lines as lists
    inner join ledger.known_events_as_known as events using (enterprise_id)
    cross join
        unnest(generate_series(lists.window_start, lists.window_end, interval 1 month)) as months (month)
    where lists.level = 'local'
),

shares as (
    select
        list_name,
        enterprise_id,
        levy as detail,
        sum(local) filter (where is_current) as local_now,
        sum(local) filter (where not is_current) as local_then,
        sum(district) filter (where is_current) as district_now,
        sum(district) filter (where not is_current) as district_then
    from lines
    where level = 'district' and nature = 'regular'
    group by list_name, enterprise_id, levy
    having local_now > 0 and local_then > 0
),

turnover_put_off as (
    select
        lists.list_name,
        lists.enterprise_id,
        if(put.month >= lists.window_start, put.month, (put.month + interval 1 year)::date) as month,
        put.month >= lists.window_start as is_current,
        case lists.level
            when 'total' then put.deferred_out_total
            when 'central' then put.deferred_out_central
            when 'local' then put.deferred_out_local
            when 'city' then put.deferred_out_city
            when 'district' then put.deferred_out_district
        end as put_off
    from features.list_lines as lists
    inner join features.deferrals_by_levy as put
        on
            lists.enterprise_id = put.enterprise_id
            and put.levy in ('VAT', 'CONSUMPTION', 'UMCT', 'EDU_SURCHARGE', 'LOCAL_EDU')
            and (
                put.month between lists.window_start and lists.window_end
                or put.month between lists.prior_start and lists.prior_end
            )
),

invoiced as (
    select
        lists.list_name,
        lists.enterprise_id,
        if(vals.month >= lists.window_start, vals.month, (vals.month + interval 1 year)::date) as month,
        max(vals.value) filter (where vals.month >= lists.window_start) as now_invoiced,
        max(vals.value) filter (where vals.month < lists.window_start) as then_invoiced
    from features.list_lines as lists
    inner join ledger.monthly_values_as_known as vals
        on
            lists.enterprise_id = vals.enterprise_id
            and vals.measure = 'invoiced_value'
            and (
                vals.month between lists.window_start and lists.window_end
                or vals.month between lists.prior_start and lists.prior_end
            )
    group by all
    having now_invoiced is not null and then_invoiced is not null
),

parts as (
    select
        list_name,
        enterprise_id,
        'change' as part,
        '' as cause_code,
        '' as detail,
        month,
        if(is_current, natural_revenue, 0) as current,
        if(is_current, 0, natural_revenue) as prior
    from revenue
    union all
    select
        list_name,
        enterprise_id,
        'record' as part,
        cause_code,
        detail,
        month,
        if(is_current, amount, 0) as current,
        if(is_current, 0, amount) as prior
    from records
    union all
    select
        list_name,
        enterprise_id,
        'event' as part,
        '' as cause_code,
        detail,
        month,
        if(coalesce(in_current, false), amount, 0) as current,
        if(coalesce(in_prior, false), amount, 0) as prior
    from events
    where in_current or in_prior
    union all
    select
        list_name,
        enterprise_id,
        'share' as part,
        'S1' as cause_code,
        detail,
        null as month,
        district_now as current,
        round(district_then * local_now / local_then, 2) as prior
    from shares
    union all
    select
        list_name,
        enterprise_id,
        'turnover' as part,
        '' as cause_code,
        '' as detail,
        month,
        if(is_current, amount, 0) as current,
        if(is_current, 0, amount) as prior
    from lines
    where nature = 'regular' and levy in ('VAT', 'CONSUMPTION', 'UMCT', 'EDU_SURCHARGE', 'LOCAL_EDU')
    union all
    select
        list_name,
        enterprise_id,
        'turnover' as part,
        '' as cause_code,
        '' as detail,
        month,
        if(is_current, put_off, 0) as current,
        if(is_current, 0, put_off) as prior
    from turnover_put_off
    union all
    select
        list_name,
        enterprise_id,
        'invoiced' as part,
        '' as cause_code,
        '' as detail,
        month,
        now_invoiced as current,
        then_invoiced as prior
    from invoiced
)

select
    list_name,
    enterprise_id,
    part,
    cause_code,
    detail,
    month::date as month,
    sum(current)::decimal(18, 2) as current,
    sum(prior)::decimal(18, 2) as prior
from parts
group by list_name, enterprise_id, part, cause_code, detail, month
