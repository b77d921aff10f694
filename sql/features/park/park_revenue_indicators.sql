-- One row per indicator of revenue, level and caliber: the year to date, with what must be said of it.
-- key: indicator, level, caliber
-- materialized: table
--
-- growth_volume and growth_share_effect part the growth of the city's or the district's revenue: the change of local
-- revenue at the share of the year before, and the change of the share at this year's local revenue. They sum to the
-- change of that level's revenue exactly; with no local revenue in the year before there is neither.
-- yoy is null where the base is 0 or negative; restored also where one year has no refund extract and the other has.
--
-- column value [currency]: the year to date; of growth_* its part of the change
-- column prior_value [currency]: the same months of the year before; null for growth_*
-- column yoy [ratio]: value / prior_value - 1
-- column numerator [currency]: value; of growth_* the part of the change
-- column denominator [currency]: prior_value; of growth_* the revenue of the year before, so that the parts are rates
-- column prior_as_known_then [currency]: the year before as it was known one year before the as-of date
-- column prior_revised_by [currency]: prior_value - prior_as_known_then
-- column caveat [text]: what is wrong or missing; blank where there is nothing to say
with

asked as (
    select distinct
        sums.indicator,
        sums.population,
        level_lines.level,
        level_lines.lines > level_lines.missing as is_given,
        unnest(['natural', 'restored', 'deferral_adjusted']) as caliber
    from features.park_revenue_sums as sums
    cross join features.level_lines as level_lines
),

known as (
    select
        asked.*,
        windows.window_start,
        windows.window_end,
        windows.is_covered,
        if(windows.is_covered and asked.is_given, sums.value, null) as value,
        if(windows.is_covered and asked.is_given, sums.prior_value, null) as prior_value,
        coalesce(sums.firms_unknown, 0) as firms_unknown,
        sums.total_unknown,
        sums.left_out
    from asked
    inner join features.windows as windows
        on windows.window_name = 'ytd'
    left join features.park_revenue_sums as sums using (indicator, level, caliber)
),

shares as (
    select
        part.*,
        local.value - local.prior_value as local_change,
        if(local.prior_value > 0, part.prior_value / local.prior_value, null) as prior_share
    from known as part
    inner join known as local
        on
            part.indicator = local.indicator
            and part.caliber = local.caliber
            and local.level = 'local'
    where part.indicator = 'revenue' and part.level in ('city', 'district')
),

effects as (
    select
        *,
        round(local_change * prior_share, 2)::decimal(18, 2) as volume
    from shares
),

all_rows as (
    select
        * exclude (indicator, value, prior_value),
        indicator,
        if(indicator like 'growth_%', value - prior_value, value) as value,
        if(indicator like 'growth_%', null, prior_value) as prior_value
    from known
    union all by name
    select
        * exclude (indicator, value, prior_value, local_change, prior_share, volume, left_out),
        'growth_volume' as indicator,
        volume as value
    from effects
    union all by name
    select
        * exclude (indicator, value, prior_value, local_change, prior_share, volume, left_out),
        'growth_share_effect' as indicator,
        value - prior_value - volume as value
    from effects
)

select
    all_rows.indicator,
    all_rows.level,
    all_rows.caliber,
    all_rows.window_start,
    all_rows.window_end,
    all_rows.value::decimal(18, 2) as value,
    all_rows.prior_value::decimal(18, 2) as prior_value,
    if(
        all_rows.prior_value > 0 and (all_rows.caliber = 'natural' or caveats.year_not_restored is null),
        (all_rows.value / all_rows.prior_value - 1)::double,
        null
    ) as yoy,
    all_rows.value::decimal(18, 2) as numerator,
    if(all_rows.indicator like 'growth_%', headline.prior_value, all_rows.prior_value)::decimal(18, 2) as denominator,
    all_rows.population,
    if(all_rows.indicator = 'revenue', known_then.prior_as_known_then, null) as prior_as_known_then,
    (all_rows.prior_value - known_then.prior_as_known_then)::decimal(18, 2) as prior_revised_by,
    concat_ws(
        '；',
        nullif(caveats.months, ''),
        if(all_rows.is_given, null, '无该级次金额'),
        if(
            all_rows.is_given and all_rows.is_covered and all_rows.value is null
            and all_rows.caliber = 'deferral_adjusted',
            '无缓税数据或缓税未分级次',
            null
        ),
        if(all_rows.prior_value <= 0, '上年同期为零或负，无同比', null),
        if(
            all_rows.indicator in ('growth_volume', 'growth_share_effect') and all_rows.is_covered
            and all_rows.is_given and all_rows.value is null and all_rows.caliber <> 'deferral_adjusted',
            '上年同期地方级不为正，不能分解',
            null
        ),
        if(all_rows.caliber <> 'natural', nullif(caveats.refunds, ''), null),
        if(
            all_rows.is_given and all_rows.firms_unknown > 0,
            all_rows.firms_unknown || '户级次不明未计入，全口径' || format('{:,.2f}', all_rows.total_unknown::double),
            null
        ),
        if(
            all_rows.left_out <> 0, '名录外及自然人本期' || format('{:,.2f}', all_rows.left_out::double) || '未计入', null
        ),
        nullif(caveats.held_out, ''),
        if(all_rows.level in ('total'), null, nullif(caveats.shares, '')),
        if(all_rows.indicator = 'revenue', known_then.reason, null)
    ) as caveat
from all_rows
cross join features.park_caveats as caveats
left join known as headline
    on
        all_rows.level = headline.level
        and all_rows.caliber = headline.caliber
        and headline.indicator = 'revenue'
left join features.park_revenue_known_then as known_then
    on
        all_rows.level = known_then.level
        and all_rows.caliber = known_then.caliber
        and all_rows.indicator = 'revenue'
