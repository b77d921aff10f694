-- One row per enterprise and spell in which it was away, or since which it has ended.
-- key: enterprise_id, cause_code, since, is_whole
-- materialized: table
--
-- R1: the outbound list or a visit says that it moved; R2: only its tax authority is another district's now; C1: the
-- register says that it is deregistered, revoked, suspended or abnormal, or its time there ended and no move is known.
-- Away until it came back: its old tax authority, or a later entry of the register. A status without a day counts from
-- the first register that shows it or, if sooner, from the month after the last receipt. is_whole: nothing more is
-- expected of it here.
with

moves as (
    select
        facts.enterprise_id,
        facts.happened_on as since,
        facts.fact = 'authority_left' as is_registration,
        coalesce(facts.move_kind, 'whole') <> 'partial' as is_whole,
        min(back.happened_on) as back_on
    from features.move_facts as facts
    cross join run.as_of
    left join features.move_facts as back
        on
            facts.enterprise_id = back.enterprise_id
            and back.fact = 'authority_back'
            and facts.happened_on < back.happened_on
    where facts.fact in ('listed_moved', 'moved_out', 'authority_left') and facts.happened_on <= as_of.as_of_date
    group by facts.enterprise_id, facts.happened_on, facts.fact, facts.move_kind
),

moved as (
    select
        moves.* exclude (back_on),
        least(moves.back_on, if(register.in_from > moves.since, register.in_from, null)) as back_on
    from moves
    left join features.enterprises as register using (enterprise_id)
),

listed_movers as (
    select distinct enterprise_id
    from moves
),

last_receipts as (
    select
        enterprise_id,
        max(month) as last_month
    from features.cause_lines
    where flow = 'receipt' and total > 0
    group by enterprise_id
),

statuses as (
    select
        enterprise_id,
        registration_status,
        min(knowledge_date) as shown_on
    from ledger.register_history_as_known
    group by enterprise_id, registration_status
),

ended as (
    select
        register.enterprise_id,
        coalesce(
            register.in_to,
            least(statuses.shown_on, (receipts.last_month + interval 1 month)::date),
            register.ended_on
        ) as since,
        coalesce(register.registration_status in ('deregistered', 'revoked'), true)
        or register.in_to is not null as is_whole
    from ledger.register_as_known as register
    left join last_receipts as receipts using (enterprise_id)
    left join statuses
        on
            register.enterprise_id = statuses.enterprise_id
            and register.registration_status = statuses.registration_status
            and statuses.registration_status in ('deregistered', 'revoked', 'suspended', 'abnormal')
    anti join listed_movers using (enterprise_id)
    cross join run.as_of
    where statuses.shown_on is not null or coalesce(register.in_to, register.ended_on) <= as_of.as_of_date
)

select
    enterprise_id,
    if(is_registration, 'R2', 'R1') as cause_code,
    since,
    back_on,
    is_whole
from moved
union all
select
    enterprise_id,
    'C1' as cause_code,
    since,
    null as back_on,
    is_whole
from ended
