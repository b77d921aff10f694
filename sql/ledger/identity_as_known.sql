-- One row per as-of date and party: the enterprise that the party was known to be.
-- key: as_of_date, party_key
-- materialized: view
select
    dates.as_of_date,
    identity.party_key,
    identity.enterprise_id,
    identity.basis
from ledger.identity as identity
inner join run.as_of_dates as dates on identity.knowledge_date <= dates.as_of_date
qualify row_number() over (
    partition by dates.as_of_date, identity.party_key
    order by identity.knowledge_date desc, identity.basis asc
) = 1
