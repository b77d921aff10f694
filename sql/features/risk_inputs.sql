-- One row per as-of date and enterprise: restored revenue of the last months, and of months a year before.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- recent = the last `recent_months` closed months; base_<H> = the H calendar months after the last closed one, a year
-- before (DESIGN section 3, backtest). Null where a month of the span is not covered. Level: local, or its fallback.
with

spans as (
    select
        closed.as_of_date,
        spans.span,
        (closed.last_closed + to_months(spans.first_offset))::date as span_start,
        (closed.last_closed + to_months(spans.last_offset))::date as span_end
    from features.closed_months as closed
    cross join run.score_spans as spans
    where closed.last_closed is not null
),

covered as (
    select
        spans.as_of_date,
        spans.span,
        count(*) = date_diff('month', spans.span_start, spans.span_end) + 1 as is_covered
    from spans
    inner join features.covered_months as months
        on spans.as_of_date = months.as_of_date and months.month between spans.span_start and spans.span_end
    group by spans.as_of_date, spans.span, spans.span_start, spans.span_end
),

revenue as (
    select revenue_by_level.*
    from features.revenue_by_level as revenue_by_level
    inner join features.levels_in_use as levels
        on
            revenue_by_level.as_of_date = levels.as_of_date
            and revenue_by_level.level = levels.level_used
            and levels.level_asked = 'local'
),

sums as (
    select
        spans.as_of_date,
        spans.span,
        revenue.enterprise_id,
        sum(revenue.natural_revenue + revenue.refund) as restored
    from spans
    inner join covered on spans.as_of_date = covered.as_of_date and spans.span = covered.span
    inner join revenue
        on spans.as_of_date = revenue.as_of_date and revenue.month between spans.span_start and spans.span_end
    where covered.is_covered
    group by all
),

flags as (
    select
        as_of_date,
        bool_or(is_covered) filter (where span = 'recent') as has_recent,
        bool_or(is_covered) filter (where span = 'recent_prior') as has_recent_prior,
        bool_or(is_covered) filter (where span = 'base_6') as has_base_6,
        bool_or(is_covered) filter (where span = 'base_12') as has_base_12
    from covered
    group by as_of_date
),

enterprises as (
    select distinct
        as_of_date,
        enterprise_id
    from revenue
)

select
    enterprises.as_of_date,
    enterprises.enterprise_id,
    if(
        any_value(flags.has_recent), coalesce(sum(sums.restored) filter (where sums.span = 'recent'), 0), null
    ) as recent,
    if(
        any_value(flags.has_recent_prior),
        coalesce(sum(sums.restored) filter (where sums.span = 'recent_prior'), 0), null
    ) as recent_prior,
    if(
        any_value(flags.has_base_6), coalesce(sum(sums.restored) filter (where sums.span = 'base_6'), 0), null
    ) as base_6,
    if(
        any_value(flags.has_base_12),
        coalesce(sum(sums.restored) filter (where sums.span = 'base_12'), 0),
        null
    ) as base_12
from enterprises
left join sums
    on enterprises.as_of_date = sums.as_of_date and enterprises.enterprise_id = sums.enterprise_id
left join flags on enterprises.as_of_date = flags.as_of_date
group by enterprises.as_of_date, enterprises.enterprise_id
