-- One row per population, enterprise and level: revenue of the year to date and of the year before.
-- key: population, enterprise_id, level
-- materialized: table
--
-- as_extracted counts every month of every payer, as_registered the months in which the register holds it in the park.
-- outside: the months of the year to date in which it does not.
-- A year of which a month is not known is null in both calibers: the firm is left out of the sum and told of.
--
-- column movement [text]: joined, left or existing, as in features.park_presence
-- column is_now [flag]: in the park at the as-of date
-- column natural_current [currency]: natural revenue of the year to date; natural_prior of the same months before
-- column refund_current [currency]: the VAT credit refunds in it; positive
-- column deferred_current [currency]: put off minus paid later; null where that is not known
-- column is_unknown [flag]: the level of a month of either year is not known; then its amounts are null
with

monthly as (
    select
        revenue.*,
        revenue.month >= windows.window_start as is_current,
        in_park.month is not null as is_in_park
    from features.revenue_by_level as revenue
    inner join features.windows as windows
        on
            windows.window_name = 'ytd'
            and (
                revenue.month between windows.window_start and windows.window_end
                or revenue.month between windows.prior_start and windows.prior_end
            )
    left join features.park_months as in_park using (enterprise_id, month)
),

counted as (
    select
        'as_extracted' as population,
        *
    from monthly
    union all
    select
        'as_registered' as population,
        *
    from monthly
    where is_in_park
    union all
    select
        'outside' as population,
        *
    from monthly
    where is_in_park = false and is_current
),

summed as (
    select
        population,
        enterprise_id,
        level,
        count(*) > count(natural_revenue) as is_unknown,
        coalesce(sum(natural_revenue) filter (where is_current), 0) as natural_current,
        coalesce(sum(natural_revenue) filter (where not is_current), 0) as natural_prior,
        coalesce(sum(refund) filter (where is_current), 0) as refund_current,
        coalesce(sum(refund) filter (where not is_current), 0) as refund_prior,
        count(*) > count(deferred_out - deferred_in) as is_deferral_unknown,
        coalesce(sum(deferred_out - deferred_in) filter (where is_current), 0) as deferred_current,
        coalesce(sum(deferred_out - deferred_in) filter (where not is_current), 0) as deferred_prior
    from counted
    group by population, enterprise_id, level
)

select
    summed.population,
    summed.enterprise_id,
    summed.level,
    presence.movement,
    coalesce(presence.is_now, false) as is_now,
    summed.is_unknown,
    if(summed.is_unknown, null, summed.natural_current) as natural_current,
    if(summed.is_unknown, null, summed.natural_prior) as natural_prior,
    if(summed.is_unknown, null, summed.refund_current) as refund_current,
    if(summed.is_unknown, null, summed.refund_prior) as refund_prior,
    if(summed.is_unknown or summed.is_deferral_unknown, null, summed.deferred_current) as deferred_current,
    if(summed.is_unknown or summed.is_deferral_unknown, null, summed.deferred_prior) as deferred_prior
from summed
left join features.park_presence as presence using (enterprise_id)
