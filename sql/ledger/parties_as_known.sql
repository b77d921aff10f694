-- One row per party that an accepted batch known by the as-of date names.
-- key: party_key
-- materialized: table
--
-- A party of a pending or quarantined batch is not known; one of a batch that was replaced since stays known.
with

sightings as (
    select distinct
        batch_id,
        party_key
    from ledger.receipts
    union
    select distinct
        batch_id,
        party_key
    from ledger.refunds
    union
    select distinct
        batch_id,
        party_key
    from ledger.enterprises
    union
    select distinct
        batch_id,
        party_key
    from ledger.outbound
    union
    select distinct
        batch_id,
        party_key
    from ledger.alerts
    union
    select distinct
        batch_id,
        party_key
    from ledger.deferrals
    union
    select distinct
        batch_id,
        party_key
    from ledger.signals
    union
    select distinct
        batch_id,
        party_key
    from ledger.leases
    union
    select distinct
        batch_id,
        party_key
    from ledger.watch_list
    union
    select distinct
        batch_id,
        party_key
    from ledger.service_requests
    union
    select distinct
        batch_id,
        party_key
    from ledger.visit_outcomes
    union
    select distinct
        batch_id,
        party_key
    from ledger.known_events
    union
    select distinct
        batch_id,
        party_key
    from ledger.monthly_values
    union
    select distinct
        batch_id,
        party_key
    from ledger.list_members
    union
    select distinct
        batch_id,
        party_key
    from ledger.reliefs
)

select
    parties.party_key,
    parties.namespace,
    parties.source_id,
    parties.name,
    parties.name_key,
    max(batches.knowledge_date) as last_known
from sightings
inner join ledger.accepted_batches_as_known as batches using (batch_id)
inner join ledger.parties as parties using (party_key)
group by all
