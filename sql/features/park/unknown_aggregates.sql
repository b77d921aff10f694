-- One row per as-of date and name of a statistical total that no indicator of the seeds has.
-- key: as_of_date, indicator
-- materialized: table
--
-- column indicator [text]: the name as delivered
select distinct
    facts.as_of_date,
    facts.indicator
from ledger.aggregates_as_known as facts
anti join run.aggregate_indicators as indicators on facts.indicator = indicators.name
where facts.indicator is not null
