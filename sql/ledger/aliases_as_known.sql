-- One row per as-of date and alias: the enterprise that was published under another id before it was matched.
-- key: as_of_date, alias
-- materialized: view
select distinct
    as_of_date,
    alias,
    enterprise_id
from ledger.identity_as_known
where alias <> enterprise_id
