-- One row per row of an earlier origin's cohort: what became of it, as judged with what is known at the as-of date.
-- key: target, horizon_months, origin_date, enterprise_id
-- materialized: table
--
-- decline: the window's revenue is below (1 - d) x base, strictly. hidden_outflow: so is its plain revenue, without
-- deferrals and one-offs (labels.windows), while total tax or invoiced value of the window keeps its share of the year
-- before; or a partial move was registered in the horizon.
-- relocation: a whole move was registered in it, from the day after the origin; a return later on does not undo it,
-- and a firm that was deregistered has closed, not moved: false.
-- Unknown is not negative, in this order: not_matured (the window is not over or not delivered; of relocation also the
-- month after it, in which a move is usually reported), merged, no_source (nothing that registers a move was
-- delivered since the horizon's end: no outbound list, no register, no receipts that name a tax authority),
-- amount_unknown, successor (another enterprise pays at the same site: what it paid is not lost).
-- A model for an origin learns from the lessons as of that origin: the label gap follows from what was known. A lesson
-- is the label on the settled part of the window (labels.windows), judged the same way; of relocation it is the label,
-- since a move has no half. Null = nothing to learn.
--
-- column label [flag]: whether it happened; null = unknown
-- column loss [currency]: base less actual, at least 0, where it happened; 0 where not; null where unknown
-- column lesson_to [month]: last month of the part of the window that is settled; null = there is no lesson
-- column lesson_base [currency]: what that part is held against
-- column lesson [flag]: whether it happened in that part
-- column lesson_loss [currency]: base less actual of that part, at least 0, where it happened; 0 where not
-- column treated [flag]: somebody spoke to the enterprise between the origin and the end of the window
with

cohorts as (
    select
        cohorts.target,
        cohorts.base,
        windows.*
    from run.cohorts as cohorts
    inner join labels.windows as windows using (origin_date, horizon_months, enterprise_id)
),

moved as (
    select
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id,
        bool_or(not moves.is_partial) as is_whole,
        bool_or(moves.is_partial) as is_partial,
        bool_or(moves.is_partial and last_day(windows.lesson_to) >= moves.moved_on) as is_partial_by_lesson
    from labels.windows as windows
    inner join labels.moves as moves
        on
            windows.enterprise_id = moves.enterprise_id
            and windows.origin_date < moves.moved_on
            and windows.horizon_ends >= moves.moved_on
    group by windows.origin_date, windows.horizon_months, windows.enterprise_id
),

treated as (
    select distinct
        windows.origin_date,
        windows.horizon_months,
        windows.enterprise_id
    from labels.windows as windows
    inner join features.visits as visits
        on
            windows.enterprise_id = visits.enterprise_id
            and windows.origin_date < visits.visited_on
            and last_day(windows.label_to) >= visits.visited_on
            and visits.is_contact
            and visits.problem is null
),

looked as (
    select knowledge_date
    from ledger.batches_as_known
    where target in ('outbound', 'enterprises')
    union all
    select receipts.knowledge_date
    from ledger.receipts_as_known as receipts
    inner join features.tax_authorities using (tax_authority)
),

registering as (
    select max(knowledge_date) as looked_on
    from looked
),

judged as (
    select
        cohorts.*,
        coalesce(moved.is_whole, false) as is_moved,
        treated.enterprise_id is not null as treated,
        if(
            cohorts.target = 'hidden_outflow',
            cohorts.plain_base > 0 and cohorts.plain_actual < (1 - parameters.decline_drop) * cohorts.plain_base,
            cohorts.actual < (1 - parameters.decline_drop) * cohorts.base
        ) as is_below,
        coalesce(is_below, false) as is_down,
        greatest(cohorts.total_kept, cohorts.invoiced_kept) >= parameters.hidden_total_holds as is_held,
        coalesce(moved.is_partial, false) as is_partly_moved,
        coalesce(moved.is_partial_by_lesson, false) as is_lesson_partly_moved,
        if(
            cohorts.target = 'hidden_outflow',
            cohorts.lesson_plain_base > 0
            and cohorts.lesson_plain_actual < (1 - parameters.decline_drop) * cohorts.lesson_plain_base,
            cohorts.lesson_actual < (1 - parameters.decline_drop) * cohorts.lesson_base
        ) as is_lesson_below,
        coalesce(is_lesson_below, false) as is_lesson_down,
        greatest(cohorts.lesson_total_kept, cohorts.lesson_invoiced_kept) >= parameters.hidden_total_holds
            as is_lesson_held,
        case
            when cohorts.target = 'relocation'
                then as_of.as_of_date >= (cohorts.horizon_ends + interval 1 month)::date
            else cohorts.is_matured
        end as is_over,
        case
            when not is_over then 'not_matured'
            when mergers.enterprise_id is not null then 'merged'
            when cohorts.target = 'relocation'
                then if(coalesce(registering.looked_on >= cohorts.horizon_ends, false), null, 'no_source')
            when cohorts.target = 'hidden_outflow' and is_partly_moved then null
            when cohorts.actual is null then 'amount_unknown'
            when cohorts.target = 'hidden_outflow' and cohorts.plain_base is null then 'amount_unknown'
            when successors.of_window then 'successor'
            when cohorts.target = 'hidden_outflow' and is_down and is_held is null then 'amount_unknown'
        end as unknown_reason,
        case
            when cohorts.target = 'relocation' then unknown_reason is null
            when mergers.enterprise_id is not null or cohorts.lesson_to is null then false
            when cohorts.target = 'hidden_outflow' and is_lesson_partly_moved then true
            when coalesce(successors.of_lesson, false) then false
            when cohorts.target = 'hidden_outflow' and is_lesson_down and is_lesson_held is null then false
            else coalesce(cohorts.lesson_base > 0 and cohorts.lesson_actual is not null, false)
        end as has_lesson
    from cohorts
    cross join run.as_of
    cross join run.parameters as parameters
    cross join registering
    left join moved using (origin_date, horizon_months, enterprise_id)
    left join treated using (origin_date, horizon_months, enterprise_id)
    left join labels.mergers as mergers using (origin_date, horizon_months, enterprise_id)
    left join labels.successors as successors using (origin_date, horizon_months, enterprise_id)
)

select
    target,
    horizon_months,
    origin_date,
    enterprise_id,
    base,
    label_from,
    label_to,
    if(is_matured, actual, null)::decimal(18, 2) as actual,
    case
        when unknown_reason is not null then null
        when target = 'decline' then is_down
        when target = 'relocation' then is_moved
        else (is_down and coalesce(is_held, false)) or is_partly_moved
    end as label,
    case
        when not label then 0
        when label and is_matured then if(base < actual, 0, base - actual)
    end::decimal(18, 2) as loss,
    unknown_reason,
    treated,
    case
        when not has_lesson then null
        when target = 'relocation' then label_to
        else lesson_to
    end as lesson_to,
    case
        when not has_lesson then null
        when target = 'relocation' then base
        else judged.lesson_base
    end::decimal(18, 2) as lesson_base,
    case
        when not has_lesson then null
        when target = 'relocation' then label
        when target = 'decline' then is_lesson_down
        else (is_lesson_down and coalesce(is_lesson_held, false)) or is_lesson_partly_moved
    end as lesson,
    case
        when lesson is null then null
        when not lesson then 0
        when target = 'relocation' then loss
        when judged.lesson_base < lesson_actual then 0
        else judged.lesson_base - lesson_actual
    end::decimal(18, 2) as lesson_loss
from judged
