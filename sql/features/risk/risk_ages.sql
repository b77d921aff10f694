-- One row per enterprise in the park: how long it has been known, and how long it has been here.
-- key: enterprise_id
-- materialized: table
--
-- column months_known [months]: from the first month of its receipts to the last closed one; null without any
-- column is_known_from_start [flag]: 1 where that is the first month covered, and it may well be older; else 0
-- column months_registered [months]: since its first day in the park by the register; null where that does not say
-- column id_length [count]: characters of its id: codes of different kinds differ in length
select
    profiles.enterprise_id,
    if(
        first_months.first_month > closed.last_closed,
        0,
        date_diff('month', first_months.first_month, closed.last_closed)
    )::double as months_known,
    first_months.is_floor::integer::double as is_known_from_start,
    (date_diff('day', enterprises.in_from, as_of.as_of_date) / 30.4375)::double as months_registered,
    length(enterprises.source_id)::double as id_length
from features.risk_profiles as profiles
cross join run.as_of
cross join features.closed_months as closed
inner join features.enterprises as enterprises using (enterprise_id)
left join features.first_months as first_months using (enterprise_id)
