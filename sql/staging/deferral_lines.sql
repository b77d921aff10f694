-- One row per ledger row of deferrals in scope, with every level that can be told.
-- key: batch_id, line
-- materialized: view
--
-- month is when the money would have come, paid_month when it falls due after the deferral (DOMAIN section 1). How
-- levels are told: staging.leveled_lines.
select
    batch_id,
    line,
    contract,
    time_basis,
    enterprise_id,
    month,
    paid_month,
    levy,
    tax_period_from,
    tax_period_to,
    total,
    central,
    local,
    city,
    district
from staging.leveled_lines
where vintage = 'now' and source = 'deferrals' and is_in_scope
