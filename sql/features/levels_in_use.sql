-- One row per as-of date and level asked for: the level that the data can give instead, the finest first.
-- key: as_of_date, level_asked
-- materialized: table
with

given as (
    select
        as_of_date,
        level
    from features.level_lines
    where lines > missing
)

select
    given.as_of_date,
    fallbacks.level_asked,
    fallbacks.level_used,
    fallbacks.level_used <> fallbacks.level_asked as is_fallback
from run.level_fallbacks as fallbacks
inner join given on fallbacks.level_used = given.level
qualify row_number() over (
    partition by given.as_of_date, fallbacks.level_asked
    order by fallbacks.preference asc
) = 1
