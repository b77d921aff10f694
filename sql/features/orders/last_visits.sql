-- One row per enterprise that somebody went to or called: the newest of everything it said.
-- key: enterprise_id
-- materialized: table
--
-- Each column is the newest one given, not the newest visit's: a later call says nothing of the causes found before.
-- cause_on, estimate_on, view_on and next_on are the days on which it was said, cause_known_on the one it became known.
-- One visit an enterprise and quarter (无事不扰): visited_this_quarter counts contacts in the as-of date's quarter.
with

told as (
    select
        visits.*,
        (visits.visited_on, visits.knowledge_date, visits.batch_id, visits.line) as moment
    from features.visits as visits
    where visits.problem is null
),

ticked as (
    select
        batch_id,
        line,
        unnest(
            [
                { 'field': 'cause_orders', 'tenths': cause_orders },
                { 'field': 'cause_refund', 'tenths': cause_refund },
                { 'field': 'cause_deferral', 'tenths': cause_deferral },
                { 'field': 'cause_one_off', 'tenths': cause_one_off },
                { 'field': 'cause_move', 'tenths': cause_move },
                { 'field': 'cause_group', 'tenths': cause_group },
                { 'field': 'cause_timing', 'tenths': cause_timing },
                { 'field': 'cause_data', 'tenths': cause_data },
                { 'field': 'cause_unstated', 'tenths': cause_unstated }
            ]
        ) as tick
    from told
),

worded as (
    select
        ticked.batch_id,
        ticked.line,
        '主因：' || string_agg(
            ticks.word || '(' || ticked.tick.tenths || '成)', '、' order by ticked.tick.tenths desc, ticks.field asc
        ) as causes,
        first(ticks.cause_code order by ticked.tick.tenths desc, ticks.field asc) as main_cause
    from ticked
    inner join run.cause_ticks as ticks on ticked.tick.field = ticks.field
    where ticked.tick.tenths is not null
    group by ticked.batch_id, ticked.line
)

select
    told.enterprise_id,
    max(told.visited_on) filter (where told.is_contact) as last_visit_on,
    count(distinct told.visited_on) filter (where told.is_contact) as contacts,
    arg_max(worded.causes, told.moment) filter (where worded.causes is not null) as cause_confirmed,
    arg_max(worded.main_cause, told.moment) filter (where worded.causes is not null) as main_cause,
    max(told.visited_on) filter (where worded.causes is not null) as cause_on,
    arg_max(told.knowledge_date, told.moment) filter (where worded.causes is not null) as cause_known_on,
    max(told.visited_on) filter (where told.firm_estimate is not null) as estimate_on,
    max(told.visited_on) filter (where told.visitor_view is not null) as view_on,
    max(told.visited_on) filter (where told.next_step is not null) as next_on,
    arg_max(told.firm_estimate, told.moment) filter (where told.firm_estimate is not null) as firm_estimate,
    arg_max(told.visitor_view, told.moment) filter (where told.visitor_view is not null) as visitor_view,
    arg_max(told.next_step, told.moment) filter (where told.next_step is not null) as next_step,
    arg_max(told.owner, told.moment) filter (where told.next_step is not null) as owner,
    arg_max(told.due_on, told.moment) filter (where told.next_step is not null) as next_due_on,
    coalesce(
        max(told.visited_on) filter (where told.is_contact) >= date_trunc('quarter', any_value(as_of.as_of_date)), false
    ) as visited_this_quarter
from told
cross join run.as_of
left join worded using (batch_id, line)
group by told.enterprise_id
