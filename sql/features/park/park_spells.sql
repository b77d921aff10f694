-- One row per enterprise and spell in the park, by the registers and the outbound list.
-- key: enterprise_id, spell_from, spell_to, batch_id, line
-- materialized: table
--
-- A register may go on naming a firm that has left: a whole move ends the spell in which it falls. A partial or hidden
-- move ends none, nor does a move before the spell began: then the firm has come back.
--
-- column spell_from [date]: first day in the park; 0001-01-01 where the register does not say
-- column spell_to [date]: last day in the park; 9999-12-31 where it is still there
with

moves as (
    select
        enterprise_id,
        moved_on
    from ledger.outbound_as_known
    cross join run.as_of
    where
        moved_on <= as_of.as_of_date
        and coalesce(move_kind, 'whole') not in ('partial', 'hidden', '部分迁出', '隐性迁出')
)

select
    spells.enterprise_id,
    spells.spell_from,
    least(spells.spell_to, coalesce(max(moves.moved_on), spells.spell_to)) as spell_to,
    spells.batch_id,
    spells.line
from ledger.park_spells_as_known as spells
left join moves
    on
        spells.enterprise_id = moves.enterprise_id
        and spells.spell_from < moves.moved_on
        and spells.spell_to >= moves.moved_on
group by spells.enterprise_id, spells.spell_from, spells.spell_to, spells.batch_id, spells.line
