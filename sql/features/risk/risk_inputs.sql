-- One row per enterprise: restored revenue of the last months, and of months a year before.
-- key: enterprise_id
-- materialized: table
--
-- recent = the last `recent_months` closed months; base_<H> = the H calendar months after the last closed one, a year
-- before (DESIGN section 3, backtest). Null where a month of the span is not covered or not known. Level: local, or its
-- fallback. Only enterprises that are in the park at the as-of date.
with

spans as (
    select
        spans.span,
        (closed.last_closed + to_months(spans.first_offset))::date as span_start,
        (closed.last_closed + to_months(spans.last_offset))::date as span_end
    from features.closed_months as closed
    cross join run.score_spans as spans
    where closed.last_closed is not null
),

covered as (
    select
        spans.span,
        spans.span_start,
        spans.span_end
    from spans
    inner join features.covered_months as months
        on months.month between spans.span_start and spans.span_end
    group by spans.span, spans.span_start, spans.span_end
    having count(*) = date_diff('month', spans.span_start, spans.span_end) + 1
),

revenue as (
    select revenue_by_level.*
    from features.revenue_by_level as revenue_by_level
    inner join features.levels_in_use as levels
        on
            revenue_by_level.level = levels.level_used
            and levels.level_asked = 'local'
),

sums as (
    select
        covered.span,
        revenue.enterprise_id,
        if(count(*) = count(revenue.natural_revenue), sum(revenue.natural_revenue + revenue.refund), null) as restored,
        count(*) > count(revenue.natural_revenue) as is_unknown
    from covered
    inner join revenue
        on revenue.month between covered.span_start and covered.span_end
    group by covered.span, revenue.enterprise_id
),

amounts as (
    select
        population.enterprise_id,
        covered.span,
        if(coalesce(sums.is_unknown, false), null, coalesce(sums.restored, 0))::decimal(18, 2) as restored
    from features.park_population as population
    cross join covered
    left join sums using (enterprise_id, span)
    where population.moved_on is null
)

select
    population.enterprise_id,
    max(amounts.restored) filter (where amounts.span = 'recent') as recent,
    max(amounts.restored) filter (where amounts.span = 'recent_prior') as recent_prior,
    max(amounts.restored) filter (where amounts.span = 'base_3') as base_3,
    max(amounts.restored) filter (where amounts.span = 'base_6') as base_6,
    max(amounts.restored) filter (where amounts.span = 'base_12') as base_12
from features.park_population as population
left join amounts using (enterprise_id)
where population.moved_on is null
group by population.enterprise_id
