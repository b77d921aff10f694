-- One row per enterprise of the ledger and level that the data give: the year to date in both calibers.
-- key: enterprise_id, level
-- materialized: table
--
-- An enterprise without a line in both years' windows paid nothing: zero. One with an unknown month is unknown: null.
-- A window that is not covered has no row here.
with

given as (
    select levels.level_used as level
    from features.levels_in_use as levels
    cross join features.windows as windows
    where not levels.is_fallback and windows.window_name = 'ytd' and windows.is_covered
),

silent as (
    select
        population.enterprise_id,
        0::decimal(18, 2) as amount
    from features.ledger_population as population
    inner join features.windows as windows
        on windows.window_name = 'ytd'
    anti join features.revenue_monthly as revenue
        on
            population.enterprise_id = revenue.enterprise_id
            and (
                revenue.month between windows.window_start and windows.window_end
                or revenue.month between windows.prior_start and windows.prior_end
            )
)

select
    population.enterprise_id,
    given.level,
    coalesce(changes.natural_current, silent.amount) as natural_current,
    coalesce(changes.natural_prior, silent.amount) as natural_prior,
    coalesce(changes.natural_change, silent.amount) as natural_change,
    changes.natural_yoy,
    coalesce(changes.refund_current, silent.amount) as refund_current,
    coalesce(changes.refund_prior, silent.amount) as refund_prior,
    coalesce(changes.restored_current, silent.amount) as restored_current,
    coalesce(changes.restored_prior, silent.amount) as restored_prior,
    coalesce(changes.restored_change, silent.amount) as restored_change,
    changes.restored_yoy
from features.ledger_population as population
cross join given
left join silent using (enterprise_id)
left join features.window_changes as changes
    on
        population.enterprise_id = changes.enterprise_id
        and given.level = changes.level
        and changes.window_name = 'ytd'
