-- One row per enterprise and month of receipts in scope: when it was first known, and what changed since.
-- key: enterprise_id, month
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
        batches.batch_id,
        batches.contract,
        batches.knowledge_date,
        if(batches.across_files = 'version', '', batches.partition) as slot,
        counting.batch_id is not null as is_counting
    from ledger.accepted_batches_as_known as batches
    left join ledger.batches_as_known as counting using (batch_id)
    where batches.target = 'receipts'
),

lines as (
    select
        batches.*,
        facts.party_key,
        facts.month,
        batches.is_counting and superseded.line is null as counts_now,
        coalesce(
            facts.amount_total,
            facts.amount_local,
            facts.amount_city + facts.amount_district,
            facts.amount_district,
            facts.amount_central,
            0
        ) as amount
    from ledger.receipts as facts
    inner join batches using (batch_id)
    left join ledger.superseded_as_known as superseded using (batch_id, line)
    left join run.levy_items as items using (levy_item)
    cross join run.as_of
    where
        coalesce(items.is_tax or items.in_local_revenue, facts.levy_item is null)
        and facts.month >= as_of.as_of_date - interval 26 month
),

filed as (
    select
        identity.enterprise_id,
        lines.month,
        lines.batch_id,
        lines.contract,
        lines.slot,
        lines.knowledge_date,
        sum(lines.amount) as amount,
        coalesce(sum(lines.amount) filter (where lines.counts_now), 0) as current_amount
    from lines
    inner join ledger.identity_as_known as identity using (party_key)
    group by
        identity.enterprise_id,
        lines.month,
        lines.batch_id,
        lines.contract,
        lines.slot,
        lines.knowledge_date
),

months as (
    select
        enterprise_id,
        month,
        min(knowledge_date) as first_known,
        max(knowledge_date) as last_known,
        count(*) as filings,
        sum(amount) as amount,
        sum(current_amount) as current_amount
    from filed
    group by enterprise_id, month
),

-- Few months come in more than one batch: only these are put in order.
in_order as (
    select
        filed.*,
        months.first_known,
        row_number() over (
            partition by filed.enterprise_id, filed.month
            order by filed.knowledge_date, filed.batch_id
        ) > 1 as is_later,
        lag(filed.amount, 1, 0) over (
            partition by filed.enterprise_id, filed.month, filed.contract, filed.slot
            order by filed.knowledge_date, filed.batch_id
        ) as amount_before
    from months
    inner join filed using (enterprise_id, month)
    where months.filings > 1
),

amended as (
    select
        enterprise_id,
        month,
        count(*) filter (where is_later and amount <> amount_before) as amendments,
        sum(amount) filter (where knowledge_date = first_known) as first_amount
    from in_order
    group by enterprise_id, month
)

select
    months.enterprise_id,
    months.month,
    months.first_known,
    months.last_known,
    months.filings,
    coalesce(amended.amendments, 0) as amendments,
    coalesce(amended.first_amount, months.amount)::decimal(18, 2) as first_amount,
    months.current_amount::decimal(18, 2) as current_amount
from months
left join amended using (enterprise_id, month)
