-- One row per as-of date, target and horizon: on what its grades rest, and which model could not score.
-- key: as_of_date, target, horizon_months
-- materialized: table
--
-- column target [text]: what is judged: decline, relocation or hidden_outflow
-- column horizon_months [months]: over how many months ahead, 3, 6 or 12
-- column basis [text]: rule (规则评分) or model (模型评分); null = nothing scores it
-- column model_version [text]: the rule or the enabled model
-- column training_period [text]: first and last origin of the model's training, YYYY-MM..YYYY-MM; null for a rule
-- column training_events [count]: enterprises in that training that declined or left; null for a rule
-- column shadow_version [text]: the trained model that scores beside it and is shown to nobody; null without one
-- column problem [text]: which model could not score, and why; null where all could
select
    as_of.as_of_date,
    target,
    horizon_months,
    basis,
    model_version,
    training_period,
    training_events,
    shadow_version,
    problem
from run.score_bases
cross join run.as_of
order by target, horizon_months
