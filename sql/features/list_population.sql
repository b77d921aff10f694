-- One row per as-of date, drop list and enterprise that the list ranks.
-- key: as_of_date, list_name, enterprise_id
-- materialized: table
--
-- With a register: the enterprises in the park at the as-of date, and every one that left since the start of the
-- base window (DOMAIN section 1): a firm that left leads the list, it does not vanish. Without one: all that paid.
with

registers as (
    select
        as_of_date,
        bool_or(is_registered) as has_register
    from features.enterprises
    group by as_of_date
)

select
    lists.as_of_date,
    lists.list_name,
    enterprises.enterprise_id
from features.list_windows as lists
inner join registers on lists.as_of_date = registers.as_of_date
inner join features.enterprises as enterprises on lists.as_of_date = enterprises.as_of_date
where
    (
        not registers.has_register
        or enterprises.is_outbound and enterprises.moved_on >= lists.prior_start
        or enterprises.is_registered and coalesce(enterprises.in_to, lists.as_of_date) >= lists.prior_start
    )
    and (lists.population = 'all' or enterprises.is_high_precision)
