-- One row per as-of date, enterprise, signal and day: the signs of leaving that count towards the relocation grade.
-- key: as_of_date, enterprise_id, signal, observed_on
-- materialized: table
--
-- column signal [text]: code of the signal, see seeds/signals.csv
-- column observed_on [date]: day on which it was seen or filed
-- column name [text]: the signal in Chinese words
-- column weight [number]: points of the prior weight, 1 to 5; 10 for a decisive one
-- column is_decisive [flag]: whether it alone makes the grade high
-- column dated_on [date]: day that people know the matter by, such as the end of a lease
-- column detail [text]: what exactly, in the source's words
select
    as_of.as_of_date,
    enterprise_id,
    signal,
    observed_on,
    name,
    weight,
    is_decisive,
    dated_on,
    detail
from features.relocation_signals
cross join run.as_of
where is_active
order by enterprise_id, signal, observed_on
