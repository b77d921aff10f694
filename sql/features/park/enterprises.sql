-- One row per enterprise that any known extract names: what the newest records say of it.
-- key: enterprise_id
-- materialized: table
--
-- The register speaks first, then the receipts, then whatever named the enterprise (alerts, outbound list).
-- moved_on: the day it left the park, by the outbound list or the end of its time in the register; null while it is
-- there, also for one that came back or whose registered end lies ahead.
with

named as (
    select
        enterprise_id,
        arg_max(source_id, (last_known, party_key)) filter (where source_id is not null) as source_id,
        arg_max(name, (last_known, party_key)) filter (where name is not null) as name
    from ledger.identity_as_known
    group by enterprise_id
),

paying as (
    select
        enterprise_id,
        arg_max(name, (knowledge_date, month, batch_id, line)) as name,
        arg_max(industry, (knowledge_date, month, batch_id, line)) as industry,
        arg_max(tax_authority, (knowledge_date, month, batch_id, line)) as tax_authority,
        arg_max(zone, (knowledge_date, month, batch_id, line)) as zone,
        arg_max(address, (knowledge_date, month, batch_id, line)) as address
    from ledger.receipts_as_known
    group by enterprise_id
),

registered as (
    select
        *,
        coalesce(in_to, ended_on) as registered_to
    from ledger.register_as_known
),

outbound as (
    select
        enterprise_id,
        max(moved_on) as moved_on,
        arg_max(destination, moved_on) as destination
    from ledger.outbound_as_known
    cross join run.as_of
    where moved_on <= as_of.as_of_date
    group by enterprise_id
)

select
    named.enterprise_id,
    named.source_id,
    coalesce(registered.name, paying.name, named.name) as name,
    coalesce(registered.address, paying.address) as address,
    coalesce(registered.industry, paying.industry) as industry,
    registered.industry_code,
    registered.is_high_precision,
    registered.is_above_scale,
    registered.qualifications,
    coalesce(registered.tax_authority, paying.tax_authority) as tax_authority,
    coalesce(registered.zone, paying.zone) as zone,
    registered.incubator,
    registered.in_from,
    registered.registered_to as in_to,
    case
        when outbound.moved_on > coalesce(registered.in_from, date '0001-01-01') then outbound.moved_on
        when registered.registered_to <= as_of.as_of_date then registered.registered_to
    end as moved_on,
    outbound.destination,
    registered.enterprise_id is not null as is_registered,
    outbound.enterprise_id is not null as is_outbound,
    paying.enterprise_id is not null as is_paying
from named
cross join run.as_of
left join registered using (enterprise_id)
left join paying using (enterprise_id)
left join outbound using (enterprise_id)
