-- One row per level: how many lines in scope should give it, and how many do not.
-- key: level
-- materialized: table
--
-- A levy outside the local revenue says nothing of local, city and district, which are zero there by definition.
with

counted as (
    select
        sum(lines)::bigint as lines,
        sum(local_lines)::bigint as local_lines,
        sum(missing_total)::bigint as missing_total,
        sum(missing_central)::bigint as missing_central,
        sum(missing_local)::bigint as missing_local,
        sum(missing_city)::bigint as missing_city,
        sum(missing_district)::bigint as missing_district
    from features.revenue_by_levy
    having count(*) > 0
)

select
    'total' as level,
    lines,
    missing_total as missing
from counted
union all
select
    'central' as level,
    lines,
    missing_central as missing
from counted
union all
select
    'local' as level,
    local_lines as lines,
    missing_local as missing
from counted
union all
select
    'city' as level,
    local_lines as lines,
    missing_city as missing
from counted
union all
select
    'district' as level,
    local_lines as lines,
    missing_district as missing
from counted
