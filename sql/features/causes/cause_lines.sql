-- One row per ledger line in scope of an enterprise on a list, with what the line itself says it is.
-- key: source, batch_id, line
-- materialized: table
--
-- nature: the cause code under which a line's money is explained if it comes in one year and not in the other, the
-- first that applies: refunds (P1, P4); D1 for two lines of one month and tax period that move the same total from one
-- levy to another; D2, B2 by reason; `deferred` for what was put off and comes now; B1 for acts that happen once
-- (property transferred, dividends, land VAT, deed tax); else `regular`. Every line has one nature: nothing is
-- explained twice.
with

listed as (
    select distinct enterprise_id
    from features.list_lines
),

lines as (
    select
        lines.source,
        lines.batch_id,
        lines.line,
        lines.enterprise_id,
        lines.month,
        lines.flow,
        lines.levy,
        lines.levy_item,
        lines.levy_subitem,
        lines.reason,
        date_trunc('month', lines.tax_period_from)::date as period_from,
        date_trunc('month', lines.tax_period_to)::date as period_to,
        lines.total,
        lines.central,
        lines.local,
        lines.city,
        lines.district
    from staging.revenue_lines as lines
    semi join listed using (enterprise_id)
    where lines.is_in_scope
),

paired as (
    select
        *,
        flow = 'receipt'
        and total <> 0
        and count(*) over moved = 2
        and sum(total) over moved = 0
        and min(levy) over moved <> max(levy) over moved as is_moved
    from lines
    window
        moved as (
            partition by enterprise_id, month, flow, period_from, period_to, abs(total)
        )
)

select
    * exclude (is_moved),
    case
        when flow = 'vat_credit_refund' then 'P1'
        when flow = 'other_refund' then 'P4'
        when is_moved then 'D1'
        when regexp_matches(reason, '更正|冲销|冲正|红字') then 'D2'
        when contains(reason, '缓') then 'deferred'
        when regexp_matches(reason, '查补|稽查|评估|自查|补缴') then 'B2'
        when levy in ('LAND_VAT', 'DEED', 'FARMLAND') then 'B1'
        when levy in ('IIT', 'CIT') and regexp_matches(levy_subitem, '财产转让|股权转让|股息|红利') then 'B1'
        else 'regular'
    end as nature
from paired
