-- One row per as-of date and case of a firm that wants to leave, left, stays or came back.
-- key: as_of_date, case_id
-- materialized: table
--
-- is_outbound: it counts among the outbound, retained firms never do; in_scope: it is one of the N of n/N. City revenue
-- is at stake only where leaves_city. Request and next step are those of the newest visit in the case that names one.
with

visits as (
    select
        cases.as_of_date,
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
    inner join features.visits as visits
        on
            cases.as_of_date = visits.as_of_date
            and cases.enterprise_id = visits.enterprise_id
            and visits.visited_on between cases.opened_on and coalesce(cases.ended_on, cases.as_of_date)
    where visits.problem is null
    group by cases.as_of_date, cases.case_id
)

select
    cases.as_of_date,
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
inner join features.enterprises as enterprises
    on cases.as_of_date = enterprises.as_of_date and cases.enterprise_id = enterprises.enterprise_id
left join features.published_outbound as published
    on cases.as_of_date = published.as_of_date and cases.case_id = published.case_id and published.twin = 1
left join features.outbound_revenue as revenue
    on cases.as_of_date = revenue.as_of_date and cases.case_id = revenue.case_id
left join visits on cases.as_of_date = visits.as_of_date and cases.case_id = visits.case_id
order by cases.as_of_date, cases.case_id
