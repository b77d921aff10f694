-- One row per as-of date, enterprise of the ledger and kind of levy: natural revenue of the year to date, both years.
-- key: as_of_date, enterprise_id, levy_kind
-- materialized: table
--
-- The level is the local one, or what the data can give instead. UNDIVIDED is money of extracts without levy items;
-- it is a kind only where there is such money, and what its payer paid of a kind without lines is then unknown.
-- A window that is not covered is unknown, never zero.
with

revenue as (
    select
        revenue.enterprise_id,
        case
            when revenue.levy in ('VAT', 'CIT', 'IIT', 'UMCT', 'STAMP') then revenue.levy
            when revenue.levy in ('PROPERTY', 'LAND_USE') then 'PROPERTY_LAND_USE'
            when revenue.levy = 'ALL' then 'UNDIVIDED'
            else 'OTHER'
        end as levy_kind,
        case levels.level_used
            when 'local' then revenue.local
            when 'total' then revenue.total
        end as natural_revenue,
        revenue.month >= windows.window_start as is_current
    from features.revenue_by_levy as revenue
    inner join features.levels_in_use as levels
        on levels.level_asked = 'local'
    inner join features.windows as windows
        on
            windows.window_name = 'ytd'
            and (
                revenue.month between windows.window_start and windows.window_end
                or revenue.month between windows.prior_start and windows.prior_end
            )
    where windows.is_covered
),

sums as (
    select
        enterprise_id,
        levy_kind,
        if(
            bool_or(is_current and natural_revenue is null),
            null,
            coalesce(sum(natural_revenue) filter (where is_current), 0)
        ) as natural_current,
        if(
            bool_or(not is_current and natural_revenue is null),
            null,
            coalesce(sum(natural_revenue) filter (where not is_current), 0)
        ) as natural_prior
    from revenue
    group by enterprise_id, levy_kind
),

undivided as (
    select enterprise_id
    from sums
    where levy_kind = 'UNDIVIDED'
),

kinds as (
    select unnest(['VAT', 'CIT', 'IIT', 'UMCT', 'PROPERTY_LAND_USE', 'STAMP', 'OTHER']) as levy_kind
    union all
    select distinct 'UNDIVIDED' as levy_kind
    from undivided
),

silence as (
    select 0 as amount
    from features.windows as windows
    inner join features.levels_in_use as levels
        on levels.level_asked = 'local'
    where windows.window_name = 'ytd' and windows.is_covered
)

select
    as_of.as_of_date,
    population.enterprise_id,
    kinds.levy_kind,
    case
        when sums.levy_kind is not null then sums.natural_current
        when undivided.enterprise_id is null then silence.amount
    end::decimal(18, 2) as natural_current,
    case
        when sums.levy_kind is not null then sums.natural_prior
        when undivided.enterprise_id is null then silence.amount
    end::decimal(18, 2) as natural_prior
from features.ledger_population as population
cross join run.as_of
cross join kinds
left join silence on true
left join sums using (enterprise_id, levy_kind)
left join undivided using (enterprise_id)
order by population.enterprise_id, kinds.levy_kind
