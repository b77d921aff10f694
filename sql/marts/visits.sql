-- One row per as-of date, enterprise and day of a visit or call that counts: what came of it.
-- key: as_of_date, enterprise_id, visited_on
-- materialized: table
--
-- The contact person stays in the warehouse. Of two records of one day the later one known counts.
select
    as_of_date,
    enterprise_id,
    visited_on,
    order_id,
    result,
    is_contact,
    lead,
    department,
    explanation,
    columns('cause_.*'),
    evidence,
    request,
    request_department,
    request_due_on,
    request_result,
    firm_estimate,
    visitor_view,
    move_stance,
    destination,
    next_step,
    owner,
    due_on,
    status
from features.visits
where problem is null
qualify
    row_number() over (
        partition by as_of_date, enterprise_id, visited_on order by knowledge_date desc, batch_id desc, line desc
    ) = 1
order by as_of_date, enterprise_id, visited_on
