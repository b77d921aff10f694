-- One row per as-of date, target, horizon and enterprise: the score, its grade, and the loss expected.
-- key: as_of_date, target, horizon_months, enterprise_id
-- materialized: table
--
-- Written by the score step; grade is high, medium, low, or null where there is nothing to judge by.
select
    as_of_date,
    target,
    horizon_months,
    enterprise_id,
    risk,
    grade,
    expected_loss,
    rank,
    reasons,
    model_version
from run.scores
order by as_of_date, target, horizon_months, rank nulls last, enterprise_id
