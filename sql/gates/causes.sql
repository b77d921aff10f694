-- One row per rule on the causes: they sum to the change, are known, and a move is said only where one shows.
-- key: rule
-- materialized: table
with

sums as (
    select
        lines.list_name,
        lines.enterprise_id,
        lines.natural_change,
        coalesce(sum(causes.amount), 0) as explained
    from features.list_lines as lines
    left join marts.causes as causes using (list_name, enterprise_id)
    group by lines.list_name, lines.enterprise_id, lines.natural_change
),

signs as (
    select distinct
        list_name,
        enterprise_id,
        cause_code
    from features.cause_absences
    union
    select distinct
        components.list_name,
        components.enterprise_id,
        'R3' as cause_code
    from features.cause_components as components
    where
        components.part = 'invoiced'
        or (components.part = 'event' and components.detail = 'business_shifted')
),

unfounded as (
    select causes.enterprise_id
    from marts.causes as causes
    anti join signs using (list_name, enterprise_id, cause_code)
    where causes.cause_code in ('R1', 'R2', 'R3')
),

unknown as (
    select causes.cause_code
    from marts.causes as causes
    anti join run.cause_codes as codes on causes.cause_code = codes.code
)

select
    'causes' as subject,
    'sum_to_the_change' as rule,
    coalesce(sum(abs(natural_change - explained)), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'money of changes on the lists that their causes do not sum to' as detail
from sums
union all
select
    'causes' as subject,
    'codes_known' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'causes under a code that is not in seeds/cause_codes.csv' as detail
from unknown
union all
select
    'causes' as subject,
    'moves_show' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'R1, R2 or R3 of an enterprise without any sign of it' as detail
from unfounded
