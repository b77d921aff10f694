-- One row per enterprise in the park: what its revenue is made of, refunds and deferrals beside it.
-- key: enterprise_id
-- materialized: table
--
-- Shares of the restored revenue of the last twelve closed months, at the level in use, levies below zero left out;
-- event taxes are land value-added and deed tax. mix_shift: half the sum of the changes of all shares against the
-- twelve months before, 0 (the same levies) to 1 (all others). Null in a workspace of one levy. Refunds and deferrals
-- over the restored revenue of the year.
with

by_levy as (
    select
        levies.enterprise_id,
        levies.levy,
        date_diff('month', levies.month, closed.last_closed) as months_back,
        case in_use.level_used
            when 'total' then levies.total + levies.vat_credit_refund_total
            when 'local' then levies.local + levies.vat_credit_refund_local
        end as restored
    from features.revenue_by_levy as levies
    inner join features.levels_in_use as in_use
        on in_use.level_asked = 'local'
    inner join features.closed_months as closed
        on levies.month between closed.last_closed - interval 23 month and closed.last_closed
),

sums as (
    select
        enterprise_id,
        levy,
        greatest(coalesce(sum(restored) filter (where months_back < 12), 0), 0) as last_12,
        greatest(coalesce(sum(restored) filter (where months_back < 6), 0), 0) as last_6,
        greatest(coalesce(sum(restored) filter (where months_back >= 12), 0), 0) as prior_12,
        coalesce(sum(restored) filter (where months_back < 3), 0) as last_3,
        coalesce(sum(restored) filter (where months_back between 12 and 14), 0) as prior_3
    from by_levy
    group by enterprise_id, levy
),

shares as (
    select
        *,
        last_12::double / nullif(sum(last_12) over (partition by enterprise_id), 0)::double as share_12,
        last_6::double / nullif(sum(last_6) over (partition by enterprise_id), 0)::double as share_6,
        prior_12::double / nullif(sum(prior_12) over (partition by enterprise_id), 0)::double
            as share_prior_12
    from sums
),

several as (
    select count(distinct levy) > 1 as are_several
    from sums
),

mixes as (
    select
        shares.enterprise_id,
        sum(share_12) filter (where levy = 'VAT') as vat_share,
        sum(share_12) filter (where levy = 'CIT') as cit_share,
        sum(share_12) filter (where levy = 'IIT') as iit_share,
        sum(share_12) filter (where levy in ('LAND_VAT', 'DEED')) as event_share,
        sum(share_6 - share_12) filter (where levy = 'VAT') as vat_share_change,
        sum(abs(share_12 - share_prior_12)::decimal(18, 9))::double / 2 as mix_shift,
        max(share_12) as largest_share,
        max((last_3 - prior_3)::double / nullif(abs(last_3) + abs(prior_3), 0)::double) filter (where levy = 'VAT')
            as vat_yoy_3,
        bool_or(share_12 is not null) as has_shares
    from shares
    cross join several
    where several.are_several
    group by shares.enterprise_id
),

other_refunds as (
    select
        lines.enterprise_id,
        -sum(if(in_use.level_used = 'total', lines.total, lines.local))::double as refunded
    from staging.revenue_lines as lines
    inner join features.levels_in_use as in_use
        on in_use.level_asked = 'local'
    inner join features.closed_months as closed
        on lines.month between closed.last_closed - interval 11 month and closed.last_closed
    where lines.is_in_scope and lines.flow = 'other_refund'
    group by lines.enterprise_id
),

months as (
    select
        enterprise_id,
        sum(restored)::double as restored,
        sum(refund)::double as refund,
        sum(deferred)::double as deferred
    from features.risk_months
    where months_back < 12
    group by enterprise_id
),

covered as (
    select
        count(months.month) = 24 as has_two_years,
        count(months.month) filter (
            where
            months.month > closed.last_closed - interval 3 month
            or months.month between closed.last_closed - interval 14 month and closed.last_closed - interval 12 month
        ) = 6 as has_both_quarters,
        any_value(sources.has_refunds) as has_refunds
    from features.closed_months as closed
    cross join features.data_until as sources
    left join features.covered_months as months
        on months.month between closed.last_closed - interval 23 month and closed.last_closed
    having count(*) > 0
)

select
    months.enterprise_id,
    if(mixes.has_shares, coalesce(mixes.vat_share, 0), null) as vat_share,
    if(mixes.has_shares, coalesce(mixes.cit_share, 0), null) as cit_share,
    if(mixes.has_shares, coalesce(mixes.iit_share, 0), null) as iit_share,
    if(mixes.has_shares, coalesce(mixes.event_share, 0), null) as event_share,
    mixes.largest_share,
    mixes.vat_share_change,
    if(covered.has_two_years, mixes.mix_shift, null) as mix_shift,
    if(covered.has_both_quarters, mixes.vat_yoy_3, null) as vat_yoy_3,
    case
        when not covered.has_refunds or months.restored <= 0 then null
        when months.refund > months.restored then 1
        else months.refund / months.restored
    end::double as credit_refunds_12,
    case
        when not covered.has_refunds or months.restored <= 0 then null
        when other_refunds.refunded > months.restored then 1
        else coalesce(other_refunds.refunded, 0) / months.restored
    end::double as other_refunds_12,
    case
        when months.restored <= 0 then null
        when months.deferred > months.restored then 1
        when months.deferred < -months.restored then -1
        else months.deferred / months.restored
    end::double as deferred_12
from months
cross join covered
left join mixes using (enterprise_id)
left join other_refunds using (enterprise_id)
