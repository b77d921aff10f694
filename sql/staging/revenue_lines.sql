-- One row per ledger row of receipts or refunds, with every level that can be told.
-- key: source, batch_id, line
-- materialized: view
--
-- How levels are told and what counts as which flow: staging.leveled_lines.
select * exclude (vintage, paid_month)
from staging.leveled_lines
where vintage = 'now' and source <> 'deferrals'
