-- One row per level and caliber: the prior year's window as it was known one year before the as-of date.
-- key: level, caliber
-- materialized: table
--
-- The newest month is often incomplete: a growth rate compares an early figure with a late one. Population as of the
-- indicator `revenue`, by today's register: what differs is money that became known later. Null with the reason where
-- the office had not every month of the window by then.
--
-- column prior_as_known_then [currency]: the same months of the year before, as known then
-- column reason [text]: why it is not known
with

registers as (
    select bool_or(is_registered) as has_register
    from features.enterprises
),

deliveries as (
    select
        target,
        contract,
        unnest(covers) as month
    from ledger.batches_year_before_as_known
    where target in ('receipts', 'deferrals')
),

covered as (
    select
        coalesce(
            count(distinct concat(deliveries.contract, ' ', deliveries.month)) filter (
                where deliveries.target = 'receipts'
                and deliveries.month between windows.prior_start and windows.prior_end
            )
            = windows.months * count(distinct deliveries.contract) filter (where deliveries.target = 'receipts'),
            false
        ) as is_covered,
        coalesce(bool_or(deliveries.target = 'receipts'), false) as has_receipts,
        coalesce(bool_or(deliveries.target = 'deferrals'), false) as has_deferrals
    from features.windows as windows
    left join deliveries on true
    where windows.window_name = 'ytd'
    group by windows.months
),

moved as (
    select
        *,
        true as is_out
    from staging.leveled_lines
    where vintage = 'year_before' and is_in_scope
    union all by name
    select
        * exclude (month, paid_month),
        paid_month as month,
        false as is_out
    from staging.leveled_lines
    where vintage = 'year_before' and is_in_scope and source = 'deferrals'
),

lines as (
    select
        moved.*,
        registers.has_register
    from moved
    inner join features.windows as windows
        on
            windows.window_name = 'ytd'
            and moved.month between windows.prior_start and windows.prior_end
    cross join registers
),

counted as (
    select lines.*
    from lines
    semi join ledger.park_spells_as_known as spells
        on
            lines.enterprise_id = spells.enterprise_id
            and lines.month <= spells.spell_to
            and last_day(lines.month) >= spells.spell_from
    union all
    select *
    from lines
    where not has_register
),

by_level as (
    select
        enterprise_id,
        source,
        is_vat_credit_refund,
        is_out,
        unnest(['total', 'central', 'local', 'city', 'district']) as level,
        unnest([total, central, local, city, district]) as amount
    from counted
),

firms as (
    select
        level,
        coalesce(sum(amount) filter (where source <> 'deferrals'), 0) as natural_revenue,
        coalesce(-sum(amount) filter (where is_vat_credit_refund), 0) as refund,
        coalesce(sum(if(is_out, amount, -amount)) filter (where source = 'deferrals'), 0) as deferred,
        bool_or(source = 'deferrals' and amount is null) as is_deferral_unknown
    from by_level
    group by enterprise_id, level
    having count(*) filter (where source <> 'deferrals') = count(amount) filter (where source <> 'deferrals')
),

levels as (
    select
        level,
        sum(natural_revenue) as natural_revenue,
        sum(natural_revenue + refund) as restored,
        if(bool_or(is_deferral_unknown), null, sum(natural_revenue + refund + deferred)) as deferral_adjusted
    from firms
    group by level
),

calibers as (
    select
        level,
        unnest(['natural', 'restored', 'deferral_adjusted']) as caliber,
        unnest([natural_revenue, restored, deferral_adjusted]) as amount
    from levels
),

asked as (
    select
        covered.*,
        level_lines.level,
        level_lines.lines > level_lines.missing as is_given,
        unnest(['natural', 'restored', 'deferral_adjusted']) as caliber
    from covered
    cross join features.level_lines as level_lines
)

select
    asked.level,
    asked.caliber,
    case
        when not asked.has_receipts then '一年前尚无入库数据'
        when not asked.is_covered then '一年前入库月份未齐'
        when asked.caliber = 'deferral_adjusted' and not asked.has_deferrals then '一年前无缓税数据'
        when not asked.is_given or calibers.amount is null then '一年前无该级次金额'
    end as reason,
    if(reason is null, calibers.amount, null)::decimal(18, 2) as prior_as_known_then
from asked
left join calibers using (level, caliber)
