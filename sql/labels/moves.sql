-- One row per enterprise and day of a registered move out of the park, as known at the as-of date.
-- key: enterprise_id, moved_on, is_partial
-- materialized: table
--
-- By the outbound list, a tax authority that is no longer the district's, or the end of the register's entry. What a
-- visitor or a signal says is no registration. An enterprise that was deregistered has closed and not moved (C1): its
-- register's end is no move. A return later on leaves the move a move.
--
-- column is_partial [flag]: a part of the enterprise moved, or its business without its registration
with

closed_down as (
    select enterprise_id
    from ledger.register_as_known
    where registration_status in ('deregistered', 'revoked')
    union
    select enterprise_id
    from features.move_facts
    where fact = 'deregistered'
)

select distinct
    facts.enterprise_id,
    facts.happened_on as moved_on,
    coalesce(facts.move_kind, 'whole') in ('partial', 'hidden', '部分迁出', '隐性迁出') as is_partial
from features.move_facts as facts
cross join run.as_of
left join closed_down
    on
        facts.enterprise_id = closed_down.enterprise_id
        and facts.fact = 'register_ended'
where
    facts.fact in ('listed_moved', 'authority_left', 'register_ended')
    and facts.happened_on <= as_of.as_of_date
    and closed_down.enterprise_id is null
