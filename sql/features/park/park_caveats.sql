-- One row: what is wrong or missing in the year to date's revenue, in words, part by part.
-- materialized: table
--
-- Chinese, for it stands beside figures that receivers read; blank where there is nothing to say.
--
-- column months [text]: months that are not closed or not covered
-- column refunds [text]: refund extracts that are missing; the restored caliber rests on them
-- column year_not_restored [text]: the year of which no month has a refund extract, while months of the other have one
-- column held_out [text]: money of levy items that nobody knows in both years' windows, each amount without its sign
-- column shares [text]: lines whose levels come from a share table, or whose own shares cannot be used
with

refunds as (
    select
        count(*) as months,
        count(*) filter (where missing.month >= windows.window_start) = any_value(windows.months_covered)
            as is_current_without,
        count(*) filter (where missing.month < windows.window_start) = any_value(windows.prior_months_covered)
            as is_prior_without
    from features.refund_months_missing as missing
    inner join features.windows as windows using (window_name)
    where missing.window_name = 'ytd'
    having count(*) > 0
),

lines as (
    select lines.*
    from staging.revenue_lines as lines
    inner join features.windows as windows
        on
            windows.window_name = 'ytd'
            and (
                lines.month between windows.window_start and windows.window_end
                or lines.month between windows.prior_start and windows.prior_end
            )
),

held_out as (
    select sum(abs(lines.total)) as total
    from lines
    anti join run.levy_items using (levy_item)
    where not lines.is_in_scope
),

sources as (
    select
        sum(abs(total)) filter (where levels_from = 'table' and not has_unknown_level) as by_table,
        count(*) filter (where is_ratio_unusable) as ratios_not_used
    from lines
    where is_in_scope and in_local_revenue
)

select
    case
        when refunds.is_prior_without and not refunds.is_current_without then '上年同期'
        when refunds.is_current_without and not refunds.is_prior_without then '本期'
    end as year_not_restored,
    concat_ws(
        '；',
        case windows.reason
            when 'window not over' then '期间未结束'
            when 'window not covered' then '本期入库月份未齐'
            when 'base window not covered' then '上年同期入库月份未齐，无同比'
        end,
        if(closed.last_over > closed.last_closed, strftime(closed.last_over, '%Y年%-m月') || '入库数据未到', null)
    ) as months,
    concat_ws(
        '；',
        if(data_until.has_refunds, null, '未导入退库数据，还原口径等于自然口径'),
        refunds.months || '个月无退库文件，按无留抵退税计',
        year_not_restored || '无退库文件，不计还原口径同比'
    ) as refunds,
    coalesce('未识别征收项目' || format('{:,.2f}', held_out.total::double) || '未计入', '') as held_out,
    concat_ws(
        '；',
        '级次按分成比例表推算的金额' || format('{:,.2f}', sources.by_table::double),
        if(sources.ratios_not_used > 0, sources.ratios_not_used || '行预算分配比例不可用', null)
    ) as shares
from features.windows as windows
cross join features.closed_months as closed
cross join features.data_until as data_until
left join refunds on true
cross join held_out
cross join sources
where windows.window_name = 'ytd'
