-- One row per as-of date, enterprise and month of receipts in scope: when it was first known, and what changed since.
-- key: as_of_date, enterprise_id, month
-- materialized: table
--
-- Unlike ledger.receipts_as_known it looks at every accepted row known by then, the replaced and superseded ones too:
-- they are the history of the month. Only months of the last 26, so that its size does not grow with the ledger's.
-- A later batch amends the month where its money is not that of the batch it stands in for; under a contract that adds
-- up, where it brings any. A row gives its total, or the finest level that it has.
--
-- column first_known [date]: knowledge date of the month's first row
-- column last_known [date]: of its newest row
-- column filings [count]: batches that hold rows of it
-- column amendments [count]: batches after the first that changed its money
-- column first_amount [currency]: what was known on the first day
-- column current_amount [currency]: what counts at the as-of date
with

batches as (
    select
        dates.as_of_date,
        batches.batch_id,
        batches.contract,
        batches.knowledge_date,
        if(batches.across_files = 'version', '', batches.partition) as slot
    from ledger.batches as batches
    inner join run.as_of_dates as dates on batches.knowledge_date <= dates.as_of_date
    where batches.status = 'accepted' and batches.target = 'receipts'
),

filed as (
    select
        batches.as_of_date,
        identity.enterprise_id,
        facts.month,
        batches.batch_id,
        batches.contract,
        batches.slot,
        batches.knowledge_date,
        sum(
            coalesce(
                facts.amount_total,
                facts.amount_local,
                facts.amount_city + facts.amount_district,
                facts.amount_district,
                facts.amount_central,
                0
            )
        ) as amount
    from ledger.receipts as facts
    inner join batches on facts.batch_id = batches.batch_id
    inner join ledger.identity_as_known as identity
        on batches.as_of_date = identity.as_of_date and facts.party_key = identity.party_key
    left join run.levy_items as items on facts.levy_item = items.levy_item
    where
        coalesce(items.is_tax or items.in_local_revenue, facts.levy_item is null)
        and facts.month >= batches.as_of_date - interval 26 month
    group by
        batches.as_of_date,
        identity.enterprise_id,
        facts.month,
        batches.batch_id,
        batches.contract,
        batches.slot,
        batches.knowledge_date
),

in_order as (
    select
        *,
        row_number() over (
            partition by as_of_date, enterprise_id, month order by knowledge_date, batch_id
        ) > 1 as is_later,
        min(knowledge_date) over (partition by as_of_date, enterprise_id, month) as first_known,
        lag(amount, 1, 0) over (
            partition by as_of_date, enterprise_id, month, contract, slot order by knowledge_date, batch_id
        ) as amount_before
    from filed
),

counting as (
    select
        receipts.as_of_date,
        receipts.enterprise_id,
        receipts.month,
        sum(
            coalesce(
                receipts.amount_total,
                receipts.amount_local,
                receipts.amount_city + receipts.amount_district,
                receipts.amount_district,
                receipts.amount_central,
                0
            )
        ) as amount
    from ledger.receipts_as_known as receipts
    left join run.levy_items as items on receipts.levy_item = items.levy_item
    where
        coalesce(items.is_tax or items.in_local_revenue, receipts.levy_item is null)
        and receipts.month >= receipts.as_of_date - interval 26 month
    group by receipts.as_of_date, receipts.enterprise_id, receipts.month
)

select
    in_order.as_of_date,
    in_order.enterprise_id,
    in_order.month,
    in_order.first_known,
    max(in_order.knowledge_date) as last_known,
    count(*) as filings,
    count(*) filter (where in_order.is_later and in_order.amount <> in_order.amount_before) as amendments,
    sum(in_order.amount) filter (where in_order.knowledge_date = in_order.first_known)::decimal(18, 2) as first_amount,
    coalesce(any_value(counting.amount), 0)::decimal(18, 2) as current_amount
from in_order
left join counting
    on
        in_order.as_of_date = counting.as_of_date
        and in_order.enterprise_id = counting.enterprise_id
        and in_order.month = counting.month
group by in_order.as_of_date, in_order.enterprise_id, in_order.month, in_order.first_known
