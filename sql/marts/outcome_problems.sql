-- One row per as-of date and visit outcome that is not applied, and why: it waits for its correction.
-- key: as_of_date, batch_id, line
-- materialized: table
--
-- column reason [text]: why it is not applied
select
    as_of.as_of_date,
    problems.batch_id,
    problems.line,
    visits.file,
    visits.sheet,
    problems.order_id,
    problems.reason
from run.outcome_problems as problems
cross join run.as_of
inner join features.visits as visits using (batch_id, line)
order by problems.batch_id, problems.line
