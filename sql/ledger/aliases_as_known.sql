-- One row per alias: the enterprise that was published under another id before it was matched.
-- key: alias
-- materialized: view
select distinct
    alias,
    enterprise_id
from ledger.identity_as_known
where alias <> enterprise_id
