-- One row per enterprise in the park: months without receipts, and whether the newest has come.
-- key: enterprise_id
-- materialized: table
--
-- zero: covered, and nothing above zero; absent: covered, and no row at all. early: the month after the last closed
-- one, of which some enterprises are known already.
with

early as (
    select
        revenue.enterprise_id,
        revenue.restored::double as restored
    from features.risk_revenue as revenue
    inner join features.closed_months as closed
        on closed.last_closed + interval 1 month = revenue.month
),

has_early as (
    select count(*) > 0 as has_rows
    from early
),

months as (
    select
        enterprise_id,
        count(*) filter (where restored <= 0 and months_back < 3)::double as zero_months_3,
        count(*) filter (where restored <= 0 and months_back < 12)::double as zero_months_12,
        count(*) filter (where not has_row and months_back < 3)::double as absent_months_3,
        count(*) filter (where not has_row and months_back < 12)::double as absent_months_12,
        min(months_back) filter (where restored > 0)::double as months_since_receipt,
        max(if(has_row, 1.0, 0.0)::double) filter (where months_back = 0) as has_newest_month,
        sum(restored) filter (where months_back < 12)::double / 12 as usual
    from features.risk_months
    group by enterprise_id
)

select
    months.enterprise_id,
    months.zero_months_3,
    months.zero_months_12,
    months.absent_months_3,
    months.absent_months_12,
    months.months_since_receipt,
    months.has_newest_month,
    if(has_early.has_rows, if(early.enterprise_id is null, 0, 1), null)::double as has_early_month,
    case
        when months.usual <= 0 then null
        when early.restored > 12 * months.usual then 12
        when early.restored < -12 * months.usual then -12
        else early.restored / months.usual
    end as early_month
from months
cross join has_early
left join early using (enterprise_id)
