-- One row per as-of date, target, horizon, rule or model and enterprise that it has assessed, shown to people or not.
-- key: as_of_date, target, horizon_months, model_version, enterprise_id
-- materialized: table
--
-- For analysts: what the rule and a model in shadow say beside the champion. A model's log-odds are base_value plus the
-- contributions, exactly but for their rounding.
--
-- column target [text]: what is judged: decline, relocation or hidden_outflow
-- column horizon_months [months]: over how many months ahead, 3, 6 or 12
-- column model_version [text]: the rule or model
-- column role [text]: rule, champion (a person has enabled it) or shadow (trained, not enabled)
-- column risk [number]: see marts.enterprise_risk
-- column grade [text]: the grade that it gives: high, medium or low
-- column expected_loss [currency]: restored local revenue expected to be lost over the horizon; null where it says none
-- column rank [rank]: 1 = the largest expected loss, of relocation by the rule the most points
-- column base_value [number]: log-odds of the model before any concept speaks; null for a rule
-- column contributions [text]: JSON, concept -> log-odds that it adds, six decimals; null for a rule
select
    as_of.as_of_date,
    target,
    horizon_months,
    model_version,
    enterprise_id,
    role,
    risk,
    grade,
    expected_loss,
    rank,
    base_value,
    contributions
from run.model_scores
cross join run.as_of
order by target, horizon_months, role, rank nulls last, enterprise_id
