-- One row per enterprise in the park and group that it shares with others: how these others do.
-- key: enterprise_id, grouping
-- materialized: table
--
-- Industry, zone, size class, site and chain. The others without the enterprise itself, each counting once. How a
-- change is measured: features.risk_levels.
--
-- column grouping [text]: industry, zone, size, site or chain
-- column others [count]: other enterprises of the group in the park
-- column yoy_3 [ratio]: mean of their changes, last three closed months against the year before
-- column trend [ratio]: mean of their changes less the park's median, last three closed months against the last twelve
-- column quiet [ratio]: of those with revenue in the twelve months the share that had none in the last three
with

named as (
    select
        enterprise_id,
        is_quiet,
        unnest(
            [
                { 'grouping': 'industry', 'group_name': industry },
                { 'grouping': 'zone', 'group_name': zone },
                { 'grouping': 'size', 'group_name': size_class },
                { 'grouping': 'site', 'group_name': site },
                { 'grouping': 'chain', 'group_name': chain }
            ]
        ) as part
    from features.risk_profiles
),

firms as (
    select
        named.enterprise_id,
        named.part.grouping,
        named.part.group_name,
        levels.yoy_3::decimal(18, 9) as yoy_3,
        levels.trend_3_12::decimal(18, 9) as trend,
        named.is_quiet::integer as quiet
    from named
    inner join features.risk_levels as levels using (enterprise_id)
    where named.part.group_name is not null
),

groups as (
    select
        grouping,
        group_name,
        count(*) as members,
        count(yoy_3) as yoy_known,
        sum(yoy_3) as yoy_sum,
        count(trend) as trend_known,
        sum(trend) as trend_sum,
        count(quiet) as quiet_known,
        sum(quiet) as quiet_sum
    from firms
    group by grouping, group_name
    having count(*) > 1
)

select
    firms.enterprise_id,
    firms.grouping,
    (groups.members - 1)::double as others,
    (groups.yoy_sum - coalesce(firms.yoy_3, 0))::double
    / nullif(groups.yoy_known - (firms.yoy_3 is not null)::integer, 0) as yoy_3,
    (groups.trend_sum - coalesce(firms.trend, 0))::double
    / nullif(groups.trend_known - (firms.trend is not null)::integer, 0) as trend,
    (groups.quiet_sum - coalesce(firms.quiet, 0))::double
    / nullif(groups.quiet_known - (firms.quiet is not null)::integer, 0) as quiet
from firms
inner join groups using (grouping, group_name)
