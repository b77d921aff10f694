-- One row: whether any source of a signal that is switched on was ever delivered.
-- materialized: table
--
-- Without one nothing is assessed: no grade is not a low grade.
with

sources as (
    select
        signal,
        unnest(
            case signal
                when 'lease_ends' then ['leases']
                when 'request_unresolved' then ['service_requests']
                when 'says_it_will_move' then ['signals', 'visit_outcomes']
                else ['signals']
            end
        ) as target
    from run.signals
    where is_on
)

select count(sources.signal) > 0 as has_sources
from ledger.batches_as_known
inner join sources using (target)
