-- One row per as-of date, enterprise and day of a visit or call that counts: what came of it.
-- key: as_of_date, enterprise_id, visited_on
-- materialized: table
--
-- The contact person stays in the warehouse. Of two records of one day the later one known counts.
--
-- column visited_on [date]: day of the visit or call
-- column result [text]: face_to_face, phone, not_reached, declined, nobody_there, deregistered, returned_wrong, ...
-- column is_contact [flag]: whether somebody spoke to the enterprise, face to face or by phone
-- column lead [text]: who visited
-- column department [text]: the visitor's department
-- column explanation [text]: the enterprise's own explanation
-- column evidence [text]: what was shown
-- column request_due_on [date]: day by which an answer to the request is due
-- column request_result [text]: what became of the request: 响应 (answered), 解决 (settled), 满意 (settled, and content)
-- column firm_estimate [currency]: the enterprise's own estimate of the full year, as this visit heard it: local level,
--     restored caliber
-- column move_stance [text]: what the enterprise says of moving: none, intends_to_move, moved_out, stays, withdrew,
--     considers_return, lost
-- column due_on [date]: day by which the next step is due
-- column status [text]: the state that the office decided on for the order; null where it left that to the outcome
select
    as_of.as_of_date,
    enterprise_id,
    visited_on,
    order_id,
    result,
    is_contact,
    * exclude (
        as_of_date, enterprise_id, visited_on, order_id, result, is_contact, contact, batch_id, line, file, sheet,
        knowledge_date, problem
    )
from features.visits
cross join run.as_of
where problem is null
qualify
    row_number() over (
        partition by enterprise_id, visited_on order by knowledge_date desc, batch_id desc, line desc
    ) = 1
order by enterprise_id, visited_on
