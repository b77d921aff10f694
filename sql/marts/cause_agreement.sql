-- One row per as-of date, drop list and plain word of the visit form: how far proposed and confirmed causes agree.
-- key: as_of_date, list_name, tick
-- materialized: table
--
-- Over the enterprises of marts.cause_review, those of which a visit has named causes.
-- column tick [text]: field of the visit form
-- column word [text]: the plain word
-- column enterprises [count]: enterprises for which either side names it
-- column enterprises_proposed [count]: for which the data show less revenue by it
-- column enterprises_confirmed [count]: for which the visit named it
-- column enterprises_both [count]: for which both do
-- column proposed [currency]: of the natural change, what the data show, falls only
-- column confirmed [currency]: of the natural change, what the visits say
-- column agreed [currency]: of the natural change, the lesser of both, enterprise by enterprise
-- column agreement [ratio]: agreed over the greater of proposed and confirmed
select
    as_of.as_of_date,
    list_name,
    tick,
    any_value(word) as word,
    count(*) as enterprises,
    count(*) filter (where proposed < 0) as enterprises_proposed,
    count(*) filter (where confirmed < 0) as enterprises_confirmed,
    count(*) filter (where proposed < 0 and confirmed < 0) as enterprises_both,
    sum(least(proposed, 0))::decimal(18, 2) as proposed,
    sum(least(confirmed, 0))::decimal(18, 2) as confirmed,
    sum(agreed)::decimal(18, 2) as agreed,
    (
        sum(agreed) / nullif(least(sum(least(proposed, 0)), sum(least(confirmed, 0))), 0)
    )::double as agreement
from marts.cause_review
cross join run.as_of
group by as_of.as_of_date, list_name, tick
order by list_name, tick
