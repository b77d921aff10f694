-- One row per enterprise in the park: how much it pays, which way that goes, and how steadily.
-- key: enterprise_id
-- materialized: table
--
-- A change from b to a is (a - b) / (|a| + |b|), between -1 (all gone) and 1 (all new): (1 + c) / (1 - c) - 1 is the
-- usual rate. Months and windows are compared by the mean of one month. lag_<k> is the month k before the last closed
-- one over the mean of the last twelve, between -12 and 12; null where these have no revenue. *_adjusted compares with
-- the park's own change of the same windows; filed_* leaves out months without any row, which may only be late.
-- What has a season (lags, seasons, trends, slope, filed_*) is taken less the median of the enterprises that still pay
-- at the same as-of date: else a model that learnt in summer takes a January for a decline. yoy_* are left as they are.
with

amounts as (
    select
        enterprise_id,
        max(mean) filter (where window_name = 'last_1') as last_1,
        max(mean) filter (where window_name = 'last_3') as last_3,
        max(mean) filter (where window_name = 'last_6') as last_6,
        max(mean) filter (where window_name = 'last_12') as last_12,
        max(mean) filter (where window_name = 'prior_1') as prior_1,
        max(mean) filter (where window_name = 'prior_3') as prior_3,
        max(mean) filter (where window_name = 'prior_6') as prior_6,
        max(mean) filter (where window_name = 'prior_12') as prior_12,
        max(mean) filter (where window_name = 'base_3') as base_3,
        max(mean) filter (where window_name = 'base_6') as base_6
    from features.risk_windows
    group by enterprise_id
),

park as (
    select
        now.window_name,
        sum(now.amount)::double / nullif(sum(before.amount), 0)::double as ratio
    from features.risk_windows as now
    inner join features.risk_windows as before
        on
            now.enterprise_id = before.enterprise_id
            and replace(now.window_name, 'last', 'prior') = before.window_name
    where now.window_name like 'last%' and now.amount is not null and before.amount is not null
    group by now.window_name
),

park_ratios as (
    select
        max(ratio) filter (where window_name = 'last_1') as ratio_1,
        max(ratio) filter (where window_name = 'last_3') as ratio_3,
        max(ratio) filter (where window_name = 'last_6') as ratio_6,
        max(ratio) filter (where window_name = 'last_12') as ratio_12
    from park
),

relative_months as (
    select
        months.enterprise_id,
        months.months_back,
        months.restored,
        months.has_row,
        amounts.last_12,
        months.restored::double / amounts.last_12 as ratio,
        case when ratio > 12 then 12 when ratio < -12 then -12 else ratio end as relative,
        relative::decimal(19, 9) as exact
    from features.risk_months as months
    inner join amounts using (enterprise_id)
    where months.months_back < 12 and amounts.last_12 > 0
),

-- Sums of exact decimals, so that no order of adding up changes a digit: slope by least squares over six equal steps
-- (17.5 = the sum of squared distances from their mean), spread as the sample's standard deviation.
months as (
    select
        enterprise_id,
        max(relative) filter (where months_back = 0) as lag_0,
        max(relative) filter (where months_back = 1) as lag_1,
        max(relative) filter (where months_back = 2) as lag_2,
        max(relative) filter (where months_back = 3) as lag_3,
        max(relative) filter (where months_back = 4) as lag_4,
        max(relative) filter (where months_back = 5) as lag_5,
        max(relative) filter (where months_back = 6) as lag_6,
        max(relative) filter (where months_back = 7) as lag_7,
        max(relative) filter (where months_back = 8) as lag_8,
        max(relative) filter (where months_back = 9) as lag_9,
        max(relative) filter (where months_back = 10) as lag_10,
        max(relative) filter (where months_back = 11) as lag_11,
        max(relative) as peak_12,
        sum((2.5 - months_back::integer) * exact) filter (where months_back < 6)::double / 17.5 as slope_6,
        (12 * sum(exact * exact) - sum(exact) * sum(exact))::double as spread,
        if(spread > 0, sqrt(spread / 132), 0) as volatility_12,
        sum(restored) filter (where has_row)::double / nullif(count(*) filter (where has_row), 0) as filed_12,
        sum(restored) filter (where has_row and months_back < 3)::double
        / nullif(count(*) filter (where has_row and months_back < 3), 0) as filed_3
    from relative_months
    group by enterprise_id, last_12
),

filed as (
    select
        now.enterprise_id,
        if(count(*) = count(before.restored), sum(now.restored)::double, null) as filed_now,
        sum(before.restored)::double as filed_before
    from features.risk_months as now
    left join features.risk_months as before
        on
            now.enterprise_id = before.enterprise_id
            and now.months_back + 12 = before.months_back
    where now.months_back < 3 and now.has_row
    group by now.enterprise_id
),

compared as (
    select
        amounts.*,
        months.* exclude (enterprise_id),
        filed.* exclude (enterprise_id),
        park_ratios.*
    from amounts
    cross join park_ratios
    left join months using (enterprise_id)
    left join filed using (enterprise_id)
),

measured as (
    select
        enterprise_id,
        last_3 > 0 as is_paying,
        case when last_12 <= 0 then 0 else ln(1 + 12 * last_12) end as log_sum_12,
        case when last_3 <= 0 then 0 else ln(1 + 3 * last_3) end as log_sum_3,
        lag_0,
        lag_1,
        lag_2,
        lag_3,
        lag_4,
        lag_5,
        lag_6,
        lag_7,
        lag_8,
        lag_9,
        lag_10,
        lag_11,
        (base_3 - last_12) / nullif(abs(base_3) + abs(last_12), 0) as base_3_season,
        (base_6 - last_12) / nullif(abs(base_6) + abs(last_12), 0) as base_6_season,
        (last_3 - base_3) / nullif(abs(last_3) + abs(base_3), 0) as recent_to_base_3,
        (last_3 - base_6) / nullif(abs(last_3) + abs(base_6), 0) as recent_to_base_6,
        (last_3 - last_12) / nullif(abs(last_3) + abs(last_12), 0) as trend_3_12,
        (last_6 - last_12) / nullif(abs(last_6) + abs(last_12), 0) as trend_6_12,
        (last_1 - last_3) / nullif(abs(last_1) + abs(last_3), 0) as trend_1_3,
        slope_6,
        (filed_3 - filed_12) / nullif(abs(filed_3) + abs(filed_12), 0) as filed_trend_3_12,
        (filed_now - filed_before) / nullif(abs(filed_now) + abs(filed_before), 0) as filed_yoy_3,
        (last_1 - prior_1) / nullif(abs(last_1) + abs(prior_1), 0) as yoy_1,
        (last_3 - prior_3) / nullif(abs(last_3) + abs(prior_3), 0) as yoy_3,
        (last_6 - prior_6) / nullif(abs(last_6) + abs(prior_6), 0) as yoy_6,
        (last_12 - prior_12) / nullif(abs(last_12) + abs(prior_12), 0) as yoy_12,
        (last_1 - prior_1 * ratio_1) / nullif(abs(last_1) + abs(prior_1 * ratio_1), 0) as yoy_1_adjusted,
        (last_3 - prior_3 * ratio_3) / nullif(abs(last_3) + abs(prior_3 * ratio_3), 0) as yoy_3_adjusted,
        (last_6 - prior_6 * ratio_6) / nullif(abs(last_6) + abs(prior_6 * ratio_6), 0) as yoy_6_adjusted,
        (last_12 - prior_12 * ratio_12) / nullif(abs(last_12) + abs(prior_12 * ratio_12), 0) as yoy_12_adjusted,
        volatility_12,
        peak_12
    from compared
),

usual as (
    select
        median(lag_0) as lag_0,
        median(lag_1) as lag_1,
        median(lag_2) as lag_2,
        median(lag_3) as lag_3,
        median(lag_4) as lag_4,
        median(lag_5) as lag_5,
        median(lag_6) as lag_6,
        median(lag_7) as lag_7,
        median(lag_8) as lag_8,
        median(lag_9) as lag_9,
        median(lag_10) as lag_10,
        median(lag_11) as lag_11,
        median(base_3_season) as base_3_season,
        median(base_6_season) as base_6_season,
        median(recent_to_base_3) as recent_to_base_3,
        median(recent_to_base_6) as recent_to_base_6,
        median(trend_3_12) as trend_3_12,
        median(trend_6_12) as trend_6_12,
        median(trend_1_3) as trend_1_3,
        median(slope_6) as slope_6,
        median(filed_trend_3_12) as filed_trend_3_12,
        median(filed_yoy_3) as filed_yoy_3
    from measured
    where is_paying
)

select
    measured.enterprise_id,
    measured.log_sum_12,
    measured.log_sum_3,
    measured.lag_0 - coalesce(usual.lag_0, 0) as lag_0,
    measured.lag_1 - coalesce(usual.lag_1, 0) as lag_1,
    measured.lag_2 - coalesce(usual.lag_2, 0) as lag_2,
    measured.lag_3 - coalesce(usual.lag_3, 0) as lag_3,
    measured.lag_4 - coalesce(usual.lag_4, 0) as lag_4,
    measured.lag_5 - coalesce(usual.lag_5, 0) as lag_5,
    measured.lag_6 - coalesce(usual.lag_6, 0) as lag_6,
    measured.lag_7 - coalesce(usual.lag_7, 0) as lag_7,
    measured.lag_8 - coalesce(usual.lag_8, 0) as lag_8,
    measured.lag_9 - coalesce(usual.lag_9, 0) as lag_9,
    measured.lag_10 - coalesce(usual.lag_10, 0) as lag_10,
    measured.lag_11 - coalesce(usual.lag_11, 0) as lag_11,
    measured.base_3_season - coalesce(usual.base_3_season, 0) as base_3_season,
    measured.base_6_season - coalesce(usual.base_6_season, 0) as base_6_season,
    measured.recent_to_base_3 - coalesce(usual.recent_to_base_3, 0) as recent_to_base_3,
    measured.recent_to_base_6 - coalesce(usual.recent_to_base_6, 0) as recent_to_base_6,
    measured.trend_3_12 - coalesce(usual.trend_3_12, 0) as trend_3_12,
    measured.trend_6_12 - coalesce(usual.trend_6_12, 0) as trend_6_12,
    measured.trend_1_3 - coalesce(usual.trend_1_3, 0) as trend_1_3,
    measured.slope_6 - coalesce(usual.slope_6, 0) as slope_6,
    measured.filed_trend_3_12 - coalesce(usual.filed_trend_3_12, 0) as filed_trend_3_12,
    measured.filed_yoy_3 - coalesce(usual.filed_yoy_3, 0) as filed_yoy_3,
    measured.yoy_1,
    measured.yoy_3,
    measured.yoy_6,
    measured.yoy_12,
    measured.yoy_1_adjusted,
    measured.yoy_3_adjusted,
    measured.yoy_6_adjusted,
    measured.yoy_12_adjusted,
    measured.volatility_12,
    measured.peak_12
from measured
cross join usual
