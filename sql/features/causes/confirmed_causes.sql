-- One row per enterprise of which a visit named causes: the newest such visit's tenths.
-- key: enterprise_id
-- materialized: table
--
-- What the ticked causes leave of ten tenths is 企业未说明: the rest stays unexplained (DOMAIN section 4).
-- column cause_on [date]: the day of that visit
-- column tenths [text]: a list of tick and tenths
with

told as (
    select
        *,
        coalesce(cause_orders, 0)
        + coalesce(cause_refund, 0)
        + coalesce(cause_deferral, 0)
        + coalesce(cause_one_off, 0)
        + coalesce(cause_move, 0)
        + coalesce(cause_group, 0)
        + coalesce(cause_timing, 0)
        + coalesce(cause_data, 0) as named
    from features.visits
    where problem is null
)

select
    enterprise_id,
    visited_on as cause_on,
    [
        { 'tick': 'cause_orders', 'tenths': cause_orders },
        { 'tick': 'cause_refund', 'tenths': cause_refund },
        { 'tick': 'cause_deferral', 'tenths': cause_deferral },
        { 'tick': 'cause_one_off', 'tenths': cause_one_off },
        { 'tick': 'cause_move', 'tenths': cause_move },
        { 'tick': 'cause_group', 'tenths': cause_group },
        { 'tick': 'cause_timing', 'tenths': cause_timing },
        { 'tick': 'cause_data', 'tenths': cause_data },
        { 'tick': 'cause_unstated', 'tenths': greatest(10 - named, 0) }
    ] as tenths
from told
where named > 0 or cause_unstated > 0
qualify
    row_number() over (
        partition by enterprise_id order by visited_on desc, knowledge_date desc, batch_id desc, line desc
    ) = 1
