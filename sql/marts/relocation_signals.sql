-- One row per as-of date, enterprise, signal and day: the signs of leaving that count towards the relocation grade.
-- key: as_of_date, enterprise_id, signal, observed_on
-- materialized: table
select
    as_of_date,
    enterprise_id,
    signal,
    observed_on,
    name,
    weight,
    is_decisive,
    dated_on,
    detail
from features.relocation_signals
where is_active
order by as_of_date, enterprise_id, signal, observed_on
