-- One row per as-of date and enterprise: what the newest record known says of it; in_from, in_to from the register.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- The register speaks first; an enterprise that is only in the receipts takes its name and place from there.
-- moved_on is the day of a registered move, else the end of its time in the register.
with

registered as (
    select *
    from ledger.register_as_known
),

paying as (
    select
        as_of_date,
        enterprise_id,
        arg_max(name, (knowledge_date, month, batch_id, line)) as name,
        arg_max(industry, (knowledge_date, month, batch_id, line)) as industry,
        arg_max(tax_authority, (knowledge_date, month, batch_id, line)) as tax_authority,
        arg_max(zone, (knowledge_date, month, batch_id, line)) as zone,
        arg_max(address, (knowledge_date, month, batch_id, line)) as address
    from ledger.receipts_as_known
    group by as_of_date, enterprise_id
),

outbound as (
    select
        as_of_date,
        enterprise_id,
        max(moved_on) as moved_on,
        arg_max(destination, moved_on) as destination
    from ledger.outbound_as_known
    group by as_of_date, enterprise_id
)

select
    coalesce(registered.as_of_date, paying.as_of_date) as as_of_date,
    coalesce(registered.enterprise_id, paying.enterprise_id) as enterprise_id,
    coalesce(registered.name, paying.name) as name,
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
    coalesce(registered.in_to, registered.ended_on) as in_to,
    coalesce(outbound.moved_on, registered.in_to, registered.ended_on) as moved_on,
    outbound.destination,
    registered.enterprise_id is not null as is_registered,
    outbound.enterprise_id is not null as is_outbound
from registered
full outer join paying
    on registered.as_of_date = paying.as_of_date and registered.enterprise_id = paying.enterprise_id
left join outbound
    on
        coalesce(registered.as_of_date, paying.as_of_date) = outbound.as_of_date
        and coalesce(registered.enterprise_id, paying.enterprise_id) = outbound.enterprise_id
