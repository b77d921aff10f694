-- One row per dated fact of an enterprise that bears on where it is: lists, signals, visits, registers.
-- key: enterprise_id, fact, happened_on, knowledge_date, evidence
-- materialized: table
--
-- A signal counts where it is switched on, a visit where it has no problem. authority_back: also an entry of the
-- register under one of the district's own tax authorities, from the day it begins; before a move it says nothing.
with

registered as (
    select
        history.enterprise_id,
        history.in_from,
        history.tax_authority,
        min(history.knowledge_date) as known_on
    from ledger.register_history_as_known as history
    inner join features.tax_authorities as authorities
        on
            history.tax_authority = authorities.tax_authority
            and authorities.is_own
    group by history.enterprise_id, history.in_from, history.tax_authority
),

filed as (
    select signals.*
    from ledger.signals_as_known as signals
    inner join run.signals as definitions on signals.signal = definitions.signal and definitions.is_on
    where signals.signal in ('migration_filed', 'says_it_will_move')
)

select
    enterprise_id,
    'listed_moved' as fact,
    moved_on as happened_on,
    knowledge_date,
    false as is_contact,
    null as authority,
    move_kind,
    destination,
    evidence,
    move_reason as reason
from ledger.outbound_as_known
union all
select
    enterprise_id,
    if(is_own, 'authority_back', 'authority_left') as fact,
    changed_on as happened_on,
    known_on as knowledge_date,
    false as is_contact,
    tax_authority as authority,
    null as move_kind,
    null as destination,
    null as evidence,
    null as reason
from features.tax_authority_changes
union all
select
    enterprise_id,
    'authority_back' as fact,
    in_from as happened_on,
    known_on as knowledge_date,
    false as is_contact,
    tax_authority as authority,
    null as move_kind,
    null as destination,
    null as evidence,
    null as reason
from registered
where in_from is not null
union all
select
    enterprise_id,
    signal as fact,
    observed_on as happened_on,
    knowledge_date,
    false as is_contact,
    null as authority,
    null as move_kind,
    null as destination,
    detail as evidence,
    null as reason
from filed
union all
select
    enterprise_id,
    'migration_withdrawn' as fact,
    ended_on as happened_on,
    knowledge_date,
    false as is_contact,
    null as authority,
    null as move_kind,
    null as destination,
    detail as evidence,
    null as reason
from filed
where signal = 'migration_filed' and ended_on is not null
union all
select
    enterprise_id,
    case
        when result = 'deregistered' then 'deregistered'
        when move_stance = 'none' then 'no_intention'
        else coalesce(move_stance, 'contact')
    end as fact,
    visited_on as happened_on,
    knowledge_date,
    is_contact,
    null as authority,
    null as move_kind,
    destination,
    null as evidence,
    if(move_stance in ('intends_to_move', 'moved_out'), explanation, null) as reason
from features.visits
where problem is null and (is_contact or move_stance is not null or result = 'deregistered')
union all
select
    enterprise_id,
    'register_ended' as fact,
    coalesce(in_to, ended_on) as happened_on,
    greatest(knowledge_date, ended_on) as knowledge_date,
    false as is_contact,
    null as authority,
    null as move_kind,
    null as destination,
    null as evidence,
    null as reason
from ledger.register_as_known
where coalesce(in_to, ended_on) is not null
