-- One row per covered window, enterprise and level: revenue of both years in the three calibers.
-- key: window_name, enterprise_id, level
-- materialized: table
--
-- An enterprise without a row in a covered month paid nothing in it; one with an unknown month has no row here.
-- yoy is null where the base is 0 or negative. deferred_* is put off minus paid later in the window, adjusted_* the
-- restored caliber with it: null without deferral extracts, or where a deferral does not give the level.
with

sums as (
    select
        windows.window_name,
        revenue.enterprise_id,
        revenue.level,
        coalesce(sum(revenue.natural_revenue) filter (where revenue.month >= windows.window_start), 0)
            as natural_current,
        coalesce(sum(revenue.natural_revenue) filter (where revenue.month <= windows.prior_end), 0)
            as natural_prior,
        coalesce(sum(revenue.refund) filter (where revenue.month >= windows.window_start), 0) as refund_current,
        coalesce(sum(revenue.refund) filter (where revenue.month <= windows.prior_end), 0) as refund_prior,
        if(
            count(*) = count(revenue.deferred_out - revenue.deferred_in),
            coalesce(
                sum(revenue.deferred_out - revenue.deferred_in) filter (where revenue.month >= windows.window_start), 0
            ),
            null
        ) as deferred_current,
        if(
            count(*) = count(revenue.deferred_out - revenue.deferred_in),
            coalesce(
                sum(revenue.deferred_out - revenue.deferred_in) filter (where revenue.month <= windows.prior_end), 0
            ),
            null
        ) as deferred_prior
    from features.windows as windows
    inner join features.revenue_by_level as revenue
        on
            revenue.month between windows.window_start and windows.window_end
            or revenue.month between windows.prior_start and windows.prior_end
    where windows.is_covered
    group by windows.window_name, revenue.enterprise_id, revenue.level
    having count(*) = count(revenue.natural_revenue)
)

select
    *,
    natural_current - natural_prior as natural_change,
    if(natural_prior > 0, (natural_current / natural_prior - 1)::double, null) as natural_yoy,
    natural_current + refund_current as restored_current,
    natural_prior + refund_prior as restored_prior,
    restored_current - restored_prior as restored_change,
    if(restored_prior > 0, (restored_current / restored_prior - 1)::double, null) as restored_yoy,
    restored_current + deferred_current as adjusted_current,
    restored_prior + deferred_prior as adjusted_prior,
    adjusted_current - adjusted_prior as adjusted_change,
    if(adjusted_prior > 0, (adjusted_current / adjusted_prior - 1)::double, null) as adjusted_yoy
from sums
