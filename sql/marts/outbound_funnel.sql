-- One row per as-of date and state: cases at the end of the week published before, in and out since, and now.
-- key: as_of_date, state
-- materialized: table
--
-- opening + entered - left = closing, state by state. A case that a correction has made vanish counts as left.
--
-- column state [text]: state of a case, see marts.outbound_register
-- column state_no [number]: order in which the states are shown
-- column opening [count]: cases in the state at the end of the week published before
-- column entered [count]: cases that came into the state since
-- column left [count]: cases that went out of it since
-- column closing [count]: cases in the state now = opening + entered - left
with

states as (
    select
        unnest(
            [
                'intends_to_move',
                'retaining',
                'retained',
                'false_alarm',
                'moved_out',
                'return_mobilising',
                'returned',
                'confirmed_lost',
                'deregistered'
            ]
        ) as state,
        generate_subscripts([1, 2, 3, 4, 5, 6, 7, 8, 9], 1) as state_no
),

cases as (
    select
        published.state as before,
        register.state as now
    from marts.outbound_register as register
    full join features.published_outbound as published
        on
            register.case_id = published.case_id
            and published.twin = 1
)

select
    as_of.as_of_date,
    states.state,
    states.state_no,
    count(*) filter (where cases.before = states.state) as opening,
    count(*) filter (where cases.now = states.state and cases.before is distinct from cases.now) as entered,
    count(*) filter (where cases.before = states.state and cases.now is distinct from cases.before) as "left",
    count(*) filter (where cases.now = states.state) as closing
from states
cross join run.as_of
left join cases on true
group by as_of.as_of_date, states.state, states.state_no
order by states.state_no
