-- One row per name of a statistical total that no indicator of the seeds has.
-- key: indicator
-- materialized: table
--
-- column indicator [text]: the name as delivered
select distinct facts.indicator
from ledger.aggregates_as_known as facts
anti join run.aggregate_indicators as indicators on facts.indicator = indicators.name
where facts.indicator is not null
