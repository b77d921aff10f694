-- One row per level asked for: the level that the data can give instead, the finest first.
-- key: level_asked
-- materialized: table
--
-- A level is in use if nine tenths of the lines that should give it do; where none has as many, if most do.
with

given as (
    select
        level,
        (lines - missing) * 10 >= lines * 9 as is_mostly_given
    from features.level_lines
    where lines > missing
)

select
    fallbacks.level_asked,
    fallbacks.level_used,
    fallbacks.level_used <> fallbacks.level_asked as is_fallback
from run.level_fallbacks as fallbacks
inner join given on fallbacks.level_used = given.level
qualify row_number() over (
    partition by fallbacks.level_asked
    order by given.is_mostly_given desc, fallbacks.preference asc
) = 1
