-- One row per enterprise in the park: how others of its industry, zone and size do.
-- key: enterprise_id
-- materialized: table
--
-- As features.risk_groups has it, null where there are no others. to_industry, to_zone: the enterprise's own change of
-- the last three closed months against the year before, less theirs.
with

groups as (
    select
        enterprise_id,
        max(yoy_3) filter (where grouping = 'industry') as industry_yoy_3,
        max(trend) filter (where grouping = 'industry') as industry_trend,
        max(quiet) filter (where grouping = 'industry') as industry_quiet,
        max(yoy_3) filter (where grouping = 'zone') as zone_yoy_3,
        max(trend) filter (where grouping = 'zone') as zone_trend,
        max(quiet) filter (where grouping = 'zone') as zone_quiet,
        max(yoy_3) filter (where grouping = 'size') as size_yoy_3,
        max(trend) filter (where grouping = 'size') as size_trend,
        max(quiet) filter (where grouping = 'size') as size_quiet
    from features.risk_groups
    group by enterprise_id
)

select
    groups.*,
    levels.yoy_3 - groups.industry_yoy_3 as yoy_3_to_industry,
    levels.yoy_3 - groups.zone_yoy_3 as yoy_3_to_zone
from groups
inner join features.risk_levels as levels using (enterprise_id)
