-- One row per as-of date, month, level and levy for which the finance bureau states a total: ours, theirs, difference.
-- key: as_of_date, month, level, levy_item
-- materialized: table
--
-- Natural caliber, net of refunds: every payer, whoever is in the register. The bureau's items of one levy are
-- added up (国内增值税 and 改征增值税), the newest figure of each; items of one levy with one and the same figure are
-- subtotal and item, or two names of it, and count once. A month that is not covered, or a level that is not
-- given, has no computed figure, nor has a levy in a month with lines that do not say which levy they are.
--
-- column levy_item [text]: the levy as in marts.revenue_by_levy; ALL = all items in scope together
-- column stated [currency]: the bureau's total
-- column computed [currency]: ours
-- column difference [currency]: computed - stated
-- column is_above_tolerance [flag]: the difference, either sign, is above [ties] tolerance; null without a difference
-- column enterprises_unknown [count]: enterprises whose level is not known in the month; not in `computed`
with

by_level as (
    select
        month,
        enterprise_id,
        levy,
        unnest(['total', 'central', 'local', 'city', 'district']) as level,
        unnest([total, central, local, city, district]) as amount
    from features.revenue_by_levy
    semi join ledger.control_totals_as_known using (month)
),

undivided as (
    select distinct month
    from by_level
    where levy = 'ALL'
),

given as (
    select
        lines.level,
        covered.month
    from features.level_lines as lines
    cross join features.covered_months as covered
    where lines.lines > lines.missing
),

ours as (
    select
        month,
        level,
        levy as levy_item,
        sum(amount) as amount,
        count(distinct enterprise_id) filter (where amount is null) as unknown
    from by_level
    where levy <> 'ALL'
    group by month, level, levy
    union all
    select
        month,
        level,
        'ALL' as levy_item,
        sum(amount) as amount,
        count(distinct enterprise_id) filter (where amount is null) as unknown
    from by_level
    group by month, level
),

stated_once as (
    select *
    from ledger.control_totals_as_known
    qualify row_number() over (
        partition by month, level, levy_item
        order by knowledge_date desc, batch_id desc, line desc
    ) = 1
),

theirs as (
    select
        control.month,
        control.level,
        if(control.levy_item is null, 'ALL', coalesce(items.levy, control.levy_item)) as levy_item,
        coalesce(bool_and(items.is_tax or items.in_local_revenue or control.levy_item is null), false) as is_in_scope,
        sum(distinct control.amount) as amount,
        string_agg(distinct control.source, '、' order by control.source) as source
    from stated_once as control
    left join run.levy_items as items using (levy_item)
    group by all
)

select
    as_of.as_of_date,
    theirs.month,
    theirs.level,
    theirs.levy_item,
    theirs.source,
    theirs.amount::decimal(18, 2) as stated,
    if(
        given.month is not null
        and theirs.is_in_scope
        and (theirs.levy_item = 'ALL' or undivided.month is null)
        and (ours.amount is not null or coalesce(ours.unknown, 0) = 0),
        coalesce(ours.amount, 0),
        null
    )::decimal(18, 2) as computed,
    (computed - stated)::decimal(18, 2) as difference,
    abs(difference) > parameters.tie_tolerance as is_above_tolerance,
    coalesce(ours.unknown, 0)::bigint as enterprises_unknown
from theirs
cross join run.as_of
left join given using (month, level)
left join undivided using (month)
left join ours using (month, level, levy_item)
cross join run.parameters as parameters
order by theirs.month, theirs.level, theirs.levy_item
