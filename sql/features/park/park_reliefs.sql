-- One row per indicator of rent relief, by kind of landlord: firms, landlords, amount, area, subsidy.
-- key: indicator
-- materialized: table
--
-- From January to the newest month with a relief, both kinds alike. A year before without any relief is unknown, for a
-- list that was not kept and a year without relief look the same.
--
-- column indicator [text]: relief_firms_, relief_landlords_, relief_amount_, relief_area_ or relief_subsidy_asked_ with
--     the kind, state_owned or incubator
with

newest as (
    select max(month) as window_end
    from ledger.reliefs_as_known
),

both_years as (
    select
        reliefs.*,
        newest.window_end,
        date_trunc('year', newest.window_end)::date as window_start,
        reliefs.month >= date_trunc('year', newest.window_end) as is_current
    from ledger.reliefs_as_known as reliefs
    cross join newest
    where
        reliefs.month between date_trunc('year', newest.window_end) and newest.window_end
        or reliefs.month between date_trunc('year', newest.window_end) - interval 1 year
        and newest.window_end - interval 1 year
),

years as (
    select
        window_start,
        window_end,
        landlord_kind,
        is_current,
        count(distinct enterprise_id)::decimal(18, 2) as firms,
        count(distinct landlord)::decimal(18, 2) as landlords,
        sum(amount)::decimal(18, 2) as amount,
        sum(area_m2)::decimal(18, 2) as area,
        sum(subsidy_asked)::decimal(18, 2) as subsidy_asked
    from both_years
    group by window_start, window_end, landlord_kind, is_current
),

figures as (
    select
        window_start,
        window_end,
        is_current,
        'relief_' || unnest(['firms', 'landlords', 'amount', 'area', 'subsidy_asked']) || '_' || landlord_kind
            as indicator,
        unnest(['count', 'count', 'currency', 'area_m2', 'currency']) as unit,
        unnest([firms, landlords, amount, area, subsidy_asked]) as value
    from years
)

select
    indicator,
    window_start,
    window_end,
    max(value) filter (where is_current) as value,
    max(value) filter (where not is_current) as prior_value,
    any_value(unit) as unit,
    concat_ws(
        '；',
        if(count(value) filter (where is_current) = 0, '未提供', null),
        if(count(value) filter (where not is_current) = 0, '无上年同期', null)
    ) as caveat
from figures
group by indicator, window_start, window_end
