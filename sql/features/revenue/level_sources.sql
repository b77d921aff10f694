-- One row per source of levels: the lines in the local revenue whose levels it gives.
-- key: levels_from
-- materialized: table
--
-- column levels_from [text]: row, ratio or table as in staging.leveled_lines; unknown = a level cannot be told
-- column lines [count]: lines of receipts and refunds
-- column total [currency]: their amounts at the total level, each without its sign
-- column ratios_not_used [count]: lines whose own shares were needed and do not say how they are shared
-- column parts_off [currency]: by how much levels from shares miss total = central + local, local = city + district
-- column own_off [currency]: by how much the lines' own amounts miss it
select
    if(has_unknown_level, 'unknown', levels_from) as levels_from,
    count(*) as lines,
    coalesce(sum(abs(total)), 0)::decimal(18, 2) as total,
    count(*) filter (where is_ratio_unusable) as ratios_not_used,
    coalesce(sum(
        coalesce(abs(total - central - local), 0) + coalesce(abs(local - city - district), 0) - own_off
    ), 0)::decimal(18, 2) as parts_off,
    coalesce(sum(own_off), 0)::decimal(18, 2) as own_off
from staging.revenue_lines
where is_in_scope and in_local_revenue
group by all
