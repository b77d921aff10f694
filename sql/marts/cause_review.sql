-- One row per as-of date, drop list, enterprise and plain word of the visit form: proposed against confirmed.
-- key: as_of_date, list_name, enterprise_id, tick
-- materialized: table
--
-- Only enterprises of which a visit in the year of the list's window named causes; a visit of another year says nothing
-- of this one. The visitor's tenths are tenths of the natural drop; what no tick names stays 企业未说明. Codes with one
-- plain word are compared together (seeds/cause_codes.csv); codes without one are proposed under no tick.
-- column tick [text]: field of the visit form, seeds/visit_form.toml; none = codes that no form offers
-- column word [text]: the plain word
-- column codes [text]: the codes proposed under it
-- column tenths [number]: tenths of the drop that the visit put down to it
-- column proposed [currency]: what the data show; negative = less revenue
-- column confirmed [currency]: what the visit says, tenths of the natural change
-- column agreed [currency]: the lesser of both where both say less; null where neither does
with

visited as (
    select
        lines.list_name,
        lines.enterprise_id,
        lines.natural_change,
        visits.cause_on,
        visits.tenths
    from features.list_lines as lines
    inner join features.confirmed_causes as visits using (enterprise_id)
    where lines.natural_change < 0 and visits.cause_on >= date_trunc('year', lines.window_start)
),

ticked as (
    select
        list_name,
        enterprise_id,
        cause_on,
        natural_change,
        unnest(tenths) as said
    from visited
),

confirmed as (
    select
        list_name,
        enterprise_id,
        said.tick,
        any_value(cause_on) as cause_on,
        sum(said.tenths)::integer as tenths,
        round(any_value(natural_change) * sum(said.tenths) / 10, 2)::decimal(18, 2) as confirmed
    from ticked
    where said.tenths > 0
    group by list_name, enterprise_id, said.tick
),

proposed as (
    select
        causes.list_name,
        causes.enterprise_id,
        coalesce(codes.tick, 'none') as tick,
        string_agg(causes.cause_code, ' ' order by codes.place) as codes,
        sum(causes.amount)::decimal(18, 2) as proposed
    from run.causes as causes
    inner join run.cause_codes as codes on causes.cause_code = codes.code
    semi join visited using (list_name, enterprise_id)
    group by causes.list_name, causes.enterprise_id, coalesce(codes.tick, 'none')
)

select
    as_of.as_of_date,
    coalesce(proposed.list_name, confirmed.list_name) as list_name,
    coalesce(proposed.enterprise_id, confirmed.enterprise_id) as enterprise_id,
    coalesce(proposed.tick, confirmed.tick) as tick,
    ticks.word,
    proposed.codes,
    confirmed.tenths,
    coalesce(proposed.proposed, 0)::decimal(18, 2) as proposed,
    coalesce(confirmed.confirmed, 0)::decimal(18, 2) as confirmed,
    greatest(least(coalesce(proposed.proposed, 0), 0), least(coalesce(confirmed.confirmed, 0), 0))::decimal(18, 2)
        as agreed
from proposed
full join confirmed
    on
        proposed.list_name = confirmed.list_name
        and proposed.enterprise_id = confirmed.enterprise_id
        and proposed.tick = confirmed.tick
cross join run.as_of
left join run.cause_ticks as ticks on coalesce(proposed.tick, confirmed.tick) = ticks.field
order by list_name, enterprise_id, tick
