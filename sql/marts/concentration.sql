-- One row per as-of date, level, caliber and group of firms: how far the year's revenue hangs on a few of them.
-- key: as_of_date, level, caliber, grouping, group_name
-- materialized: table
--
-- The window is the year to date, this year only; the firms are those of the park, present or gone since the window
-- began, without natural persons. Only positive revenue is shared out: shares and HHI are parts of `positive_revenue`;
-- firms at zero or below (refunds above receipts) are counted and stand in `revenue`, which is the sum of all. Firms
-- whose level is unknown in a month are left out and counted. A firm's size class follows from its local revenue
-- (or what stands in for it) of the window, restored, by the bounds of seeds/size_classes.csv, on every level alike.
-- is_suppressed_in_public: fewer than three paying firms, or one pays more than 80% (DOMAIN section 8).
-- column grouping [text]: park, industry, zone, incubator or size
-- column group_name [text]: 全园 for the park; 未标明 where the records do not say
-- column size_from [currency]: least revenue of a size class
-- column size_below [currency]: the class holds less than this
-- column enterprises [count]: firms with positive revenue
-- column enterprises_not_positive [count]: firms with a row in the window and revenue of zero or less
-- column enterprises_unknown [count]: firms left out, as their level is unknown in a month
-- column revenue [currency]: sum of all firms, also those below zero
-- column positive_revenue [currency]: sum of the firms with positive revenue: the denominator
-- column top1_share [ratio]: part of the largest payer; null where nobody paid
-- column top5_share [ratio]: part of the five largest payers
-- column top10_share [ratio]: part of the ten largest payers
-- column top50_share [ratio]: part of the fifty largest payers
-- column hhi [ratio]: sum of squared shares, from 0 to 1 (times 10,000 in the usual notation)
-- column is_suppressed_in_public [flag]: whether nothing public may show the group
with

spans as (
    select
        window_start,
        window_end
    from features.windows
    where window_name = 'ytd' and months_covered = months
),

sums as (
    select
        spans.window_start,
        spans.window_end,
        revenue.enterprise_id,
        revenue.level,
        if(count(*) = count(revenue.natural_revenue), sum(revenue.natural_revenue), null) as natural_sum,
        sum(revenue.refund) as refund_sum,
        if(
            count(*) = count(revenue.deferred_out - revenue.deferred_in),
            sum(revenue.deferred_out - revenue.deferred_in),
            null
        ) as deferred_sum
    from spans
    inner join features.revenue_by_level as revenue
        on revenue.month between spans.window_start and spans.window_end
    inner join features.park_population as population using (enterprise_id)
    where coalesce(population.moved_on >= spans.window_start, true)
    group by all
),

deferrals as (
    select distinct level
    from sums
    where deferred_sum is not null
),

by_caliber as (
    select
        * exclude (natural_sum, refund_sum, deferred_sum),
        'natural' as caliber,
        natural_sum as amount
    from sums
    union all
    select
        * exclude (natural_sum, refund_sum, deferred_sum),
        'restored' as caliber,
        natural_sum + refund_sum as amount
    from sums
    union all
    select
        sums.* exclude (natural_sum, refund_sum, deferred_sum),
        'deferral_adjusted' as caliber,
        sums.natural_sum + sums.refund_sum + sums.deferred_sum as amount
    from sums
    inner join deferrals using (level)
),

sized as (
    select
        sums.enterprise_id,
        classes.size_class,
        classes.lower,
        classes.upper
    from sums
    inner join features.levels_in_use as levels
        on
            sums.level = levels.level_used
            and levels.level_asked = 'local'
    inner join run.size_classes as classes
        on
            coalesce(sums.natural_sum + sums.refund_sum >= classes.lower, classes.lower is null)
            and coalesce(sums.natural_sum + sums.refund_sum < classes.upper, classes.upper is null)
    where sums.natural_sum is not null
),

groups as (
    select
        enterprises.enterprise_id,
        unnest(
            [
                { 'grouping': 'park', 'group_name': '全园', 'lower': null::decimal(18, 2), 'upper': null },
                { 'grouping': 'industry', 'group_name': enterprises.industry, 'lower': null, 'upper': null },
                { 'grouping': 'zone', 'group_name': enterprises.zone, 'lower': null, 'upper': null },
                { 'grouping': 'incubator', 'group_name': enterprises.incubator, 'lower': null, 'upper': null },
                { 'grouping': 'size', 'group_name': sized.size_class, 'lower': sized.lower, 'upper': sized.upper }
            ]
        ) as part
    from features.enterprises as enterprises
    left join sized using (enterprise_id)
),

ranked as (
    select
        by_caliber.*,
        groups.part.grouping,
        coalesce(groups.part.group_name, '未标明') as group_name,
        groups.part.lower as size_from,
        groups.part.upper as size_below,
        greatest(by_caliber.amount, 0)::decimal(18, 2) as positive,
        row_number() over (
            partition by
                by_caliber.level,
                by_caliber.caliber,
                groups.part.grouping,
                coalesce(groups.part.group_name, '未标明')
            order by by_caliber.amount desc nulls last, by_caliber.enterprise_id asc
        ) as place
    from by_caliber
    inner join groups using (enterprise_id)
),

measured as (
    select
        level,
        caliber,
        grouping,
        group_name,
        any_value(size_from) as size_from,
        any_value(size_below) as size_below,
        window_start,
        window_end,
        count(*) filter (where amount > 0) as enterprises,
        count(*) filter (where amount <= 0) as enterprises_not_positive,
        count(*) - count(amount) as enterprises_unknown,
        sum(amount)::decimal(18, 2) as revenue,
        coalesce(sum(positive), 0)::decimal(18, 2) as positive_revenue,
        sum(positive) filter (where place <= 1) as top1,
        sum(positive) filter (where place <= 5) as top5,
        sum(positive) filter (where place <= 10) as top10,
        sum(positive) filter (where place <= 50) as top50,
        sum(positive::decimal(38, 2) * positive::decimal(38, 2)) as squares
    from ranked
    group by all
    having count(amount) > 0
)

select
    as_of.as_of_date,
    measured.* exclude (top1, top5, top10, top50, squares),
    (top1 / nullif(positive_revenue, 0))::double as top1_share,
    (top5 / nullif(positive_revenue, 0))::double as top5_share,
    (top10 / nullif(positive_revenue, 0))::double as top10_share,
    (top50 / nullif(positive_revenue, 0))::double as top50_share,
    squares::double / nullif(positive_revenue::double * positive_revenue::double, 0) as hhi,
    enterprises < 3 or top1 > 0.8 * positive_revenue as is_suppressed_in_public
from measured
cross join run.as_of
order by level, caliber, grouping, group_name
