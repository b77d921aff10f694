-- One row per dated fact of an enterprise that wants to leave, left, stays or came back.
-- key: enterprise_id, fact, happened_on, knowledge_date, evidence
-- materialized: table
--
-- Only enterprises of which some fact opens a case, and only what has happened by then. receipt: a month with receipts
-- in scope above zero under one of the district's own tax authorities, or under any where nobody can tell.
with

involved as (
    select distinct enterprise_id
    from features.move_facts
    cross join run.as_of
    where
        fact in (
            'listed_moved',
            'authority_left',
            'moved_out',
            'intends_to_move',
            'migration_filed',
            'says_it_will_move'
        )
        and happened_on <= as_of.as_of_date
),

receipts as (
    select
        receipts.enterprise_id,
        receipts.month,
        min(receipts.knowledge_date) as known_on
    from ledger.receipts_as_known as receipts
    inner join involved using (enterprise_id)
    left join run.levy_items as items using (levy_item)
    left join features.tax_authorities as authorities using (tax_authority)
    where
        coalesce(items.is_tax or items.in_local_revenue, receipts.levy_item is null)
        and coalesce(authorities.is_own, true)
    group by receipts.enterprise_id, receipts.month
    having
        sum(
            coalesce(
                receipts.amount_total,
                receipts.amount_local,
                receipts.amount_city + receipts.amount_district,
                receipts.amount_district,
                receipts.amount_central
            )
        ) > 0
)

select
    facts.enterprise_id,
    facts.fact,
    facts.happened_on,
    facts.knowledge_date,
    facts.is_contact,
    null::date as month,
    facts.authority,
    facts.move_kind,
    facts.destination,
    facts.evidence,
    facts.reason
from features.move_facts as facts
inner join involved using (enterprise_id)
cross join run.as_of
where facts.happened_on <= as_of.as_of_date
union all
select
    enterprise_id,
    'receipt' as fact,
    least(last_day(month), known_on) as happened_on,
    known_on as knowledge_date,
    false as is_contact,
    month,
    null as authority,
    null as move_kind,
    null as destination,
    null as evidence,
    null as reason
from receipts
