-- One row per enterprise, source and day on which it left the district's own tax authorities or came back.
-- key: enterprise_id, source, changed_on
-- materialized: table
--
-- Receipts and registers are two rows of observations: the last dues that a firm settles here after its registration
-- has gone are no way back. A day on which both kinds of authority are named says nothing.
with

observed as (
    select
        enterprise_id,
        'receipts' as source,
        coalesce(receipt_date, last_day(month)) as observed_on,
        tax_authority,
        knowledge_date
    from ledger.receipts_as_known
    union all
    select
        enterprise_id,
        'register' as source,
        knowledge_date as observed_on,
        tax_authority,
        knowledge_date
    from ledger.register_history_as_known
),

daily as (
    select
        observed.enterprise_id,
        observed.source,
        observed.observed_on,
        bool_and(authorities.is_own) as is_own,
        max(observed.tax_authority) as tax_authority,
        min(observed.knowledge_date) as known_on
    from observed
    inner join features.tax_authorities as authorities using (tax_authority)
    group by observed.enterprise_id, observed.source, observed.observed_on
    having bool_and(authorities.is_own) = bool_or(authorities.is_own)
)

select
    enterprise_id,
    source,
    observed_on as changed_on,
    is_own,
    tax_authority,
    known_on
from daily
qualify
    is_own <> lag(is_own) over (partition by enterprise_id, source order by observed_on)
