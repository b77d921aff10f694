-- One row per as-of date, target, horizon and enterprise: the score, its grade, and the loss expected.
-- key: as_of_date, target, horizon_months, enterprise_id
-- materialized: table
--
-- Written by the score step: the model's that a person has enabled, else the rule's. People see the grade, never risk
-- as a percentage; grade is high, medium, low, or null where there is nothing to judge by.
--
-- column target [text]: what is judged: decline (减收), relocation (迁出) or hidden_outflow (税收与经营变动不一致，待核实)
-- column horizon_months [months]: over how many months ahead, 3, 6 or 12
-- column risk [number]: by a model the calibrated probability; by the rule of decline the drop, restored caliber, 0 to
--     1; by the rule of relocation the points over ten, at most 1, no probability; null = not assessed
-- column grade [text]: grade of attention (减收关注等级, 迁出关注等级): high, medium or low; null = not assessed
-- column expected_loss [currency]: restored local revenue expected to be lost over the horizon against the same months
--     a year before; null for relocation by the rule, and where not assessed
-- column rank [rank]: 1 = the largest expected loss, of relocation by the rule the most points; null = not assessed
-- column reasons [text]: what the grade rests on, in Chinese; says whether a rule (规则评分) or a model (模型评分) spoke;
--     of a model's low grades none
-- column model_version [text]: the rule or model that spoke
-- column basis [text]: rule or model
-- column reasons_en [text]: the same reasons in English
-- column verify [text]: what to verify on the spot, in Chinese (建议核实事项); null without a reason
-- column signal_groups [count]: independent groups of signs that point upward: revenue, filing, place, registration,
--     service, operations; several columns of one group count once
-- column training_period [text]: first and last origin of the model's training, YYYY-MM..YYYY-MM; null for a rule
-- column training_events [count]: enterprises in that training that declined or left; null for a rule
select
    as_of.as_of_date,
    target,
    horizon_months,
    enterprise_id,
    risk,
    grade,
    expected_loss,
    rank,
    reasons,
    model_version,
    basis,
    reasons_en,
    verify,
    signal_groups,
    training_period,
    training_events
from run.scores
cross join run.as_of
order by target, horizon_months, rank nulls last, enterprise_id
