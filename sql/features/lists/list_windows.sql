-- One row per list: whom it ranks, on which window, level and caliber, or why it is empty.
-- key: list_name
-- materialized: table
--
-- A list whose first population has no member takes the other one that its definition names. A list by the
-- deferral-adjusted caliber is empty where no deferral extract has ever come, one of the largest payers where not every
-- month of the last year that is over was delivered.
-- column kind [text]: drops (marts.drop_lists) or firms (marts.firm_lists)
-- column population_used [text]: the population asked for, or the one that stands in for it
-- column is_frozen [flag]: whether the places are fixed (定榜)
with

registers as (
    select bool_or(is_registered) as has_register
    from features.enterprises
),

deferrals as (
    select count(*) > 0 as are_delivered
    from ledger.deliveries_as_known
    where target = 'deferrals'
),

closed_years as (
    select count(*) = 12 as is_covered
    from features.closed_months as closed
    inner join features.covered_months as covered
        on
            covered.month >= date_trunc('year', closed.last_closed + interval 1 month) - interval 1 year
            and covered.month < date_trunc('year', closed.last_closed + interval 1 month)
),

drawn_up as (
    select distinct lists.list_name
    from run.drop_lists as lists
    inner join features.listed_firms as listed
        on
            lists.population_kind = listed.listing_kind
            and (lists.population_kind = 'watch_list' or list_contains(lists.population_values, listed.listing))
),

lists as (
    select
        lists.*,
        lists.otherwise is not null and drawn_up.list_name is null as is_otherwise
    from run.drop_lists as lists
    inner join registers
        on
            lists.applies = 'always'
            or (lists.applies = 'with_register' and registers.has_register)
            or (lists.applies = 'without_register' and not registers.has_register)
    left join drawn_up using (list_name)
)

select
    lists.list_name,
    lists.title,
    lists.kind,
    if(lists.is_otherwise, lists.otherwise, lists.population) as population_used,
    if(lists.is_otherwise, lists.otherwise_kind, lists.population_kind) as population_kind,
    if(lists.is_otherwise, lists.otherwise_values, lists.population_values) as population_values,
    windows.window_name,
    lists.level as level_asked,
    levels.level_used as level,
    levels.is_fallback,
    lists.caliber,
    lists.top_k,
    lists.floor,
    lists.sort_by,
    lists.ties,
    lists.version,
    lists.fingerprint,
    freezes.list_name is not null as is_frozen,
    freezes.frozen_on,
    freezes.frozen_week,
    freezes.frozen_fingerprint,
    windows.window_start,
    windows.window_end,
    windows.prior_start,
    windows.prior_end,
    coalesce(
        windows.reason,
        if(
            if(lists.is_otherwise, lists.otherwise_kind, lists.population_kind) = 'payers'
            and closed_years.is_covered is not true,
            'last year not covered',
            null
        ),
        if(lists.caliber = 'deferral_adjusted' and not deferrals.are_delivered, 'no deferral extracts', null)
    ) as reason,
    reason is null as is_covered
from lists
inner join features.list_spans as spans using (list_name)
inner join features.windows as windows
    on spans.window_used = windows.window_name
inner join features.levels_in_use as levels
    on lists.level = levels.level_asked
cross join closed_years
cross join deferrals
left join features.list_freezes as freezes using (list_name)
