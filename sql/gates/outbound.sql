-- One row per rule on the register of firms that leave, stay or come back, and on its funnel.
-- key: rule
-- materialized: table
with

funnel as (
    select
        coalesce(sum(abs(opening + entered - funnel.left - closing)), 0) as unbalanced,
        sum(opening) as opening,
        sum(closing) as closing
    from marts.outbound_funnel as funnel
),

counted as (
    select
        state,
        count(*) as cases
    from run.outbound_cases
    group by state
),

published as (
    select
        state,
        count(*) as cases
    from features.published_outbound
    group by state
),

differences as (
    select
        coalesce(sum(abs(funnel.closing - coalesce(counted.cases, 0))), 0) as closing,
        coalesce(sum(abs(funnel.opening - coalesce(published.cases, 0))), 0) as opening
    from marts.outbound_funnel as funnel
    left join counted using (state)
    left join published using (state)
),

held as (
    select count(*) as cases
    from run.outbound_cases
),

register as (
    select
        count(*) as cases,
        count(*) filter (
            where
            is_outbound
            and (state in ('intends_to_move', 'retaining', 'retained', 'false_alarm') or moved_on is null)
        ) as counted_wrongly,
        count(*) filter (where in_scope and not is_outbound) as scope_wrong,
        count(*) filter (where is_open)
        - count(distinct enterprise_id) filter (where is_open) as second_cases,
        count(*) filter (where is_outbound) as outbound
    from marts.outbound_register
),

newest as (
    select
        case_id,
        arg_max(to_state, event_no) as state
    from marts.outbound_events
    group by case_id
),

unexplained as (
    select count(*) as cases
    from marts.outbound_register as register
    left join newest using (case_id)
    where newest.state is distinct from register.state
),

authorities as (
    select count(*) as words
    from run.district_authorities
)

select
    'outbound_funnel' as subject,
    'balances' as rule,
    unbalanced::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'opening + entered - left - closing, over all states' as detail
from funnel
union all
select
    'outbound_funnel' as subject,
    'closes_with_the_register' as rule,
    (differences.closing + abs(held.cases - funnel.closing))::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'cases by which the closing differs from those followed, over all states' as detail
from differences
cross join held
cross join funnel
union all
select
    'outbound_funnel' as subject,
    'opens_with_the_week_before' as rule,
    opening::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'cases by which the opening differs from those published, over all states' as detail
from differences
union all
select
    'outbound_register' as subject,
    'every_case_shown' as rule,
    (held.cases - register.cases)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'cases whose enterprise is not known' as detail
from held
cross join register
union all
select
    'outbound_register' as subject,
    'outbound_cases_have_moved' as rule,
    (counted_wrongly + scope_wrong)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'cases counted among the outbound that were retained, or have not moved' as detail
from register
union all
select
    'outbound_register' as subject,
    'one_open_case_per_enterprise' as rule,
    second_cases::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'open cases beyond the first of an enterprise' as detail
from register
union all
select
    'outbound_events' as subject,
    'lead_to_the_state' as rule,
    cases::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'cases whose last event is not the state they are in' as detail
from unexplained
union all
select
    'outbound_register' as subject,
    'tax_authorities_named' as rule,
    if(authorities.words = 0, register.outbound, 0)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    'outbound cases, and no return can be shown: [outbound] district_authorities is empty' as detail
from register
cross join authorities
