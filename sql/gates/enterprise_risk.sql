-- One row per rule on the scores.
-- key: rule
-- materialized: table
select
    'enterprise_risk' as subject,
    'risk_between_0_and_1' as rule,
    count(*) filter (where risk not between 0 and 1)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'scores outside 0 to 1' as detail
from marts.enterprise_risk
union all
select
    'enterprise_risk' as subject,
    'expected_loss_not_negative' as rule,
    count(*) filter (where expected_loss < 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'scores with a negative expected loss' as detail
from marts.enterprise_risk
