-- One row per as-of date and case of a firm that wants to leave, left, stays or came back.
-- key: as_of_date, case_id
-- materialized: table
--
-- is_outbound: it counts among the outbound, retained firms never do; in_scope: it is one of the N of n/N. City revenue
-- is at stake only where leaves_city. Request and next step are those of the newest visit in the case that names one.
--
-- column case_id [id]: the case: the enterprise's id, #, and its number among that enterprise's cases
-- column kind [text]: kind of the move: whole, partial or hidden; null where no list says so
-- column leaves_city [flag]: whether the destination lies outside the city; null where it is not known
-- column moved_on [date]: day of the move (迁出): the outbound list's, else that of the fact that showed it
-- column state [text]: intends_to_move (拟迁出), retaining (挽留中), retained, false_alarm, moved_out, return_mobilising,
--     returned (回迁), confirmed_lost or deregistered
-- column state_since [date]: day from which it stands there
-- column state_before [text]: its state in the week published before; null = a case that is new since
-- column is_open [flag]: whether somebody works on it
-- column is_outbound [flag]: whether it counts among the outbound
-- column in_scope [flag]: whether it is one of the N of n/N: it moved within the scope, a year unless set otherwise
-- column local_before [currency]: local revenue of the 12 months before the month of the move, natural caliber; null
--     where unknown
-- column district_before [currency]: district revenue of the same months, natural caliber; null where unknown
-- column first_contact_on [date]: first visit or call since the move, or since the case began
-- column last_contact_on [date]: newest visit or call since then
-- column contacts [count]: days with a visit or call since then
-- column move_reason [text]: why it moves, in the source's words
-- column due_on [date]: day by which the next step is due
-- column returned_on [date]: day on which it was back: tax authority here and a first receipt
-- column local_after [currency]: local revenue since the month of the return, natural caliber; null where unknown
-- column months_after [months]: closed months since the return, the month of the return included
-- column local_before_equal [currency]: local revenue of as many months before the month of the move, natural caliber
-- column statement_on [date]: day of the newest statement that it stays, or of a withdrawn application
-- column opened_on [date]: day of the fact that opened the case
-- column ended_on [date]: day on which nothing was left to do; null while the case is open
with

visits as (
    select
        cases.case_id,
        arg_max(visits.request, (visits.visited_on, visits.batch_id, visits.line))
        filter (where visits.request is not null) as request,
        arg_max(visits.request_department, (visits.visited_on, visits.batch_id, visits.line))
        filter (where visits.request is not null) as request_department,
        arg_max(visits.next_step, (visits.visited_on, visits.batch_id, visits.line))
        filter (where visits.next_step is not null) as next_step,
        arg_max(visits.owner, (visits.visited_on, visits.batch_id, visits.line))
        filter (where visits.next_step is not null) as owner,
        arg_max(visits.due_on, (visits.visited_on, visits.batch_id, visits.line))
        filter (where visits.next_step is not null) as due_on
    from run.outbound_cases as cases
    cross join run.as_of
    inner join features.visits as visits
        on
            cases.enterprise_id = visits.enterprise_id
            and visits.visited_on between cases.opened_on and coalesce(cases.ended_on, as_of.as_of_date)
    where visits.problem is null
    group by cases.case_id
)

select
    as_of.as_of_date,
    cases.case_id,
    cases.enterprise_id,
    enterprises.name,
    enterprises.source_id,
    cases.kind,
    cases.destination,
    cases.leaves_city,
    cases.moved_on,
    cases.evidence,
    cases.state,
    cases.state_since,
    published.state as state_before,
    cases.is_open,
    cases.is_outbound,
    cases.in_scope,
    revenue.local_before,
    revenue.district_before,
    cases.first_contact_on,
    cases.last_contact_on,
    cases.contacts,
    cases.move_reason,
    visits.request,
    visits.request_department,
    visits.next_step,
    visits.owner,
    visits.due_on,
    cases.returned_on,
    revenue.local_after,
    revenue.months_after,
    revenue.local_before_equal,
    cases.statement_on,
    cases.opened_on,
    cases.ended_on
from run.outbound_cases as cases
cross join run.as_of
inner join features.enterprises as enterprises using (enterprise_id)
left join features.outbound_revenue as revenue using (case_id)
left join visits using (case_id)
left join features.published_outbound as published on cases.case_id = published.case_id and published.twin = 1
order by cases.case_id
