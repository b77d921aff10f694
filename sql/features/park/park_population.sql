-- One row per as-of date and enterprise of the park, present or past, with the day it left.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- With a register: every enterprise that a register or the outbound list names (DOMAIN section 1, population), unless
-- its first day lies ahead. Without one: every enterprise in the receipts. Natural persons, who are summed up as one,
-- are nobody to visit.
with

registers as (
    select
        as_of_date,
        bool_or(is_registered) as has_register
    from features.enterprises
    group by as_of_date
),

begun as (
    select distinct
        as_of_date,
        enterprise_id
    from features.park_spells
    where spell_from <= as_of_date
)

select
    enterprises.as_of_date,
    enterprises.enterprise_id,
    enterprises.is_high_precision,
    enterprises.moved_on
from features.enterprises as enterprises
inner join registers on enterprises.as_of_date = registers.as_of_date
left join begun
    on enterprises.as_of_date = begun.as_of_date and enterprises.enterprise_id = begun.enterprise_id
cross join run.parameters as parameters
where
    enterprises.enterprise_id <> parameters.pseudo_taxpayer
    and (
        (
            registers.has_register
            and (
                enterprises.is_outbound
                or (
                    enterprises.is_registered
                    and (
                        coalesce(enterprises.in_from <= enterprises.as_of_date, true)
                        or begun.enterprise_id is not null
                    )
                )
            )
        )
        or (not registers.has_register and enterprises.is_paying)
    )
