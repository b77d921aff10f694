-- One row per enterprise of the park, present or past, with the day it left.
-- key: enterprise_id
-- materialized: table
--
-- With a register: every enterprise that a register or the outbound list names (DOMAIN section 1, population), unless
-- its first day lies ahead. Without one: every enterprise in the receipts. Natural persons, who are summed up as one,
-- are nobody to visit.
with

registers as (
    select bool_or(is_registered) as has_register
    from features.enterprises
),

begun as (
    select distinct enterprise_id
    from features.park_spells
    cross join run.as_of
    where spell_from <= as_of.as_of_date
)

select
    enterprises.enterprise_id,
    enterprises.is_high_precision,
    enterprises.moved_on
from features.enterprises as enterprises
cross join registers
cross join run.parameters as parameters
cross join run.as_of
left join begun using (enterprise_id)
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
                        coalesce(enterprises.in_from <= as_of.as_of_date, true)
                        or begun.enterprise_id is not null
                    )
                )
            )
        )
        or (not registers.has_register and enterprises.is_paying)
    )
