-- One row per ledger row of visit_outcomes that counts, with what makes it unfit for use.
-- key: batch_id, line
-- materialized: table
--
-- A row with a problem is nobody's fact until it comes back corrected: it moves no order and no case. A row that names
-- an order speaks of that order's enterprise, whatever id it has now.
with

outcomes as (
    select
        facts.*,
        files.file,
        files.sheet
    from ledger.visit_outcomes_as_known as facts
    inner join ledger.deliveries_as_known as files using (batch_id)
)

select
    outcomes.batch_id,
    outcomes.line,
    outcomes.file,
    outcomes.sheet,
    outcomes.enterprise_id,
    coalesce(outcomes.result in ('face_to_face', 'phone'), false) as is_contact,
    outcomes.* exclude (
        enterprise_id, source_id, name, address, contract, time_basis, is_ahead, batch_id, line, file,
        sheet, source_rows, flags, party_key, row_key
    ),
    case
        when outcomes.is_ahead then 'in the future'
        when outcomes.order_id is not null and orders.order_id is null then 'unknown order'
        when orders.enterprise_id <> outcomes.enterprise_id then 'order of another enterprise'
        when outcomes.visited_on < orders.issued_on then 'before the order was issued'
        when
            orders.order_id is null
            and not (enterprises.is_registered or enterprises.is_paying or enterprises.is_outbound)
            then 'unknown enterprise'
    end as problem
from outcomes
inner join features.enterprises as enterprises using (enterprise_id)
left join features.known_orders as orders using (order_id)
