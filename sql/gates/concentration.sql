-- One row per rule on the concentration of revenue.
-- key: rule
-- materialized: table
with

sums as (
    select
        level,
        caliber,
        grouping,
        sum(revenue) as revenue,
        sum(positive_revenue) as positive_revenue
    from marts.concentration
    group by all
)

select
    'concentration' as subject,
    'shares_in_order' as rule,
    count(*) filter (
        where
        not (
            0 < top1_share
            and top1_share <= top5_share
            and top5_share <= top10_share
            and top10_share <= top50_share
            and top50_share <= 1
            and hhi >= top1_share * top1_share - 1e-9
            and hhi <= top1_share + 1e-9
        )
    )::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'groups whose shares fall, exceed one or do not fit their HHI' as detail
from marts.concentration
union all
select
    'concentration' as subject,
    'groups_add_up_to_the_park' as rule,
    count(*) filter (
        where sums.revenue <> park.revenue or sums.positive_revenue <> park.positive_revenue
    )::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'groupings whose groups do not sum to the park, by level and caliber' as detail
from sums
inner join sums as park
    on
        sums.level = park.level
        and sums.caliber = park.caliber
        and park.grouping = 'park'
