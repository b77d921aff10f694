-- One row per as-of date, target, horizon and enterprise: the score, its grade, and the loss expected.
-- key: as_of_date, target, horizon_months, enterprise_id
-- materialized: table
--
-- Written by the score step; grade is high, medium, low, or null where there is nothing to judge by.
--
-- column target [text]: what is judged: decline (减收) or relocation (迁出)
-- column horizon_months [months]: over how many months ahead, 6 or 12
-- column risk [number]: by the rule of decline the drop, restored caliber, 0 to 1; by the rule of relocation the points
--     over ten, at most 1; no probability either; null = not assessed
-- column grade [text]: grade of attention (减收关注等级, 迁出关注等级): high, medium or low; null = not assessed
-- column expected_loss [currency]: restored local revenue at stake over the horizon, risk times that of the same months
--     a year before; null for relocation, and where not assessed
-- column rank [rank]: 1 = the largest expected loss, of relocation the most points; null = not assessed
-- column reasons [text]: what the grade rests on, in Chinese; says whether a rule or a model spoke
-- column model_version [text]: the rule or model that spoke
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
