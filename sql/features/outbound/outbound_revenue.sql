-- One row per case: natural revenue before the move and since the return, in whole months.
-- key: case_id
-- materialized: table
--
-- before: the 12 months before the month of the move. after: the month of the return to the last closed one,
-- months_after of them. before_equal: as many months as that before the month of the move, as windows are compared in
-- equal length only (DOMAIN section 3). Null where a month is not covered or not known, or the level is not given.
with

moves as (
    select
        cases.case_id,
        cases.enterprise_id,
        date_trunc('month', cases.moved_on)::date as moved_month,
        date_trunc('month', cases.returned_on)::date as returned_month,
        closed.last_closed,
        date_diff('month', returned_month, closed.last_closed) + 1 as months_after
    from run.outbound_cases as cases
    cross join features.closed_months as closed
    where cases.moved_on is not null
),

spans as (
    select
        case_id,
        enterprise_id,
        'before' as span,
        (moved_month - interval 12 month)::date as span_start,
        (moved_month - interval 1 month)::date as span_end
    from moves
    union all
    select
        case_id,
        enterprise_id,
        'after' as span,
        returned_month as span_start,
        last_closed as span_end
    from moves
    where months_after > 0
    union all
    select
        case_id,
        enterprise_id,
        'before_equal' as span,
        (moved_month - to_months(months_after))::date as span_start,
        (moved_month - interval 1 month)::date as span_end
    from moves
    where months_after > 0
),

covered as (
    select
        spans.case_id,
        spans.enterprise_id,
        spans.span,
        spans.span_start,
        spans.span_end,
        count(*) as months
    from spans
    inner join features.covered_months as months
        on months.month between spans.span_start and spans.span_end
    group by spans.case_id, spans.enterprise_id, spans.span, spans.span_start, spans.span_end
    having count(*) = date_diff('month', spans.span_start, spans.span_end) + 1
),

given as (
    select
        bool_or(level_asked = 'local') as has_local,
        bool_or(level_asked = 'district') as has_district
    from features.levels_in_use
    where not is_fallback
    having count(*) > 0
),

sums as (
    select
        covered.case_id,
        covered.span,
        covered.months,
        if(
            given.has_local and count(revenue.month) = count(revenue.local), coalesce(sum(revenue.local), 0), null
        )::decimal(18, 2) as local_revenue,
        if(
            given.has_district and count(revenue.month) = count(revenue.district),
            coalesce(sum(revenue.district), 0),
            null
        )::decimal(18, 2) as district_revenue
    from covered
    cross join given
    left join features.revenue_monthly as revenue
        on
            covered.enterprise_id = revenue.enterprise_id
            and revenue.month between covered.span_start and covered.span_end
    group by covered.case_id, covered.span, covered.months, given.has_local, given.has_district
)

select
    case_id,
    max(local_revenue) filter (where span = 'before') as local_before,
    max(district_revenue) filter (where span = 'before') as district_before,
    max(local_revenue) filter (where span = 'after') as local_after,
    max(months) filter (where span = 'after') as months_after,
    max(local_revenue) filter (where span = 'before_equal') as local_before_equal
from sums
group by case_id
