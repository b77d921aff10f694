-- One row per enterprise and spell in the park, by all registers known by the as-of date.
-- key: enterprise_id, spell_from, spell_to, batch_id, line
-- materialized: table
--
-- A later entry restates the spells known before it, unless it begins after the day on which an earlier register held
-- the enterprise: then the enterprise has come back, and its earlier months stay. A spell ends with the register's own
-- last day, the day before the first full register without it, or the day before it began anew. Spells may overlap.
--
-- column spell_from [date]: first day in the park; 0001-01-01 where the register does not say
-- column spell_to [date]: last day in the park; 9999-12-31 where it is still there
with

deliveries as (
    select
        batches.batch_id,
        batches.contract,
        batches.delivery,
        batches.knowledge_date,
        if(
            batches.delivery = 'full',
            lead(batches.batch_id) over (
                partition by batches.contract order by batches.knowledge_date, batches.batch_id
            ),
            null
        ) as next_batch,
        lead(batches.knowledge_date) over (
            partition by batches.contract order by batches.knowledge_date, batches.batch_id
        ) as next_known
    from ledger.accepted_batches_as_known as batches
    where batches.target = 'enterprises'
),

entries as (
    select
        identity.enterprise_id,
        deliveries.knowledge_date,
        deliveries.next_batch,
        deliveries.next_known,
        facts.batch_id,
        facts.line,
        facts.in_to,
        coalesce(facts.in_from, date '0001-01-01') as spell_from
    from ledger.enterprises as facts
    inner join deliveries using (batch_id)
    inner join ledger.identity_as_known as identity using (party_key)
),

named as (
    select distinct
        enterprise_id,
        batch_id
    from entries
),

with_later as (
    select
        entries.*,
        min(entries.spell_from) over (
            partition by entries.enterprise_id
            order by entries.knowledge_date, entries.batch_id
            groups between 1 following and unbounded following
        ) as next_from,
        if(entries.next_batch is not null and named.batch_id is null, entries.next_known, null) as ended_on
    from entries
    left join named
        on
            entries.enterprise_id = named.enterprise_id
            and entries.next_batch = named.batch_id
)

select
    enterprise_id,
    spell_from,
    least(
        coalesce(in_to, date '9999-12-31'),
        coalesce(ended_on - 1, date '9999-12-31'),
        coalesce(next_from - 1, date '9999-12-31')
    ) as spell_to,
    batch_id,
    line
from with_later
where spell_to >= spell_from and (next_from is null or next_from > knowledge_date)
