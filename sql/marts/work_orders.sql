-- One row per as-of date and work order, open then or settled since the week before, with what its sheet shows.
-- key: as_of_date, order_id
-- materialized: table
--
-- Figures are of the year to date; local and district, or the level the data can give instead (is_fallback, level).
-- An enterprise of the ledger that paid nothing in both years has zeros, one with an unknown month blanks.
-- acts_by: until when somebody has to go there or, after a visit, to take the step that it has set. is_new: issued or
-- opened again in this week. awaits_visit: nobody was there yet, or the next step falls due within seven days.
--
-- column is_open [flag]: whether it still asks for something; an order settled since the week before is shown once more
-- column priority [rank]: 1 = visit first; the settled ones come last
-- column due_on [date]: day by which somebody has to go there
-- column is_new [flag]: whether it was issued or opened again in this week
-- column awaits_visit [flag]: whether somebody has to go there, for the first time or because the next step falls due
-- column acts_by [date]: day by which the next act is due
-- column is_overdue [flag]: whether that day is past
-- column next_owner [text]: who takes the next step
-- column next_due_on [date]: day by which it is to be taken
-- column restored_change [currency]: change of the year to date, restored caliber, by which the visits are ordered, see
--     marts.order_candidates
-- column is_outbound [flag]: whether an outbound list names it
-- column is_paying [flag]: whether it has receipts
-- column expected_loss_12m [currency]: restored local revenue at stake over 12 months, see marts.enterprise_risk
-- column decline_reasons [text]: what the grade of decline rests on, in Chinese
-- column decline_basis [text]: who gave the grade of decline: rule or model
-- column decline_verify [text]: what the reasons of that grade ask to verify on the spot, in Chinese
-- column relocation_reasons [text]: what the grade of leaving rests on, in Chinese
-- column hidden_outflow_grade [text]: grade of 税收与经营变动不一致，待核实; null = not assessed
-- column forecast_local_restored [currency]: the system's full year, local level, restored caliber; null where none
with

followed as (
    select
        orders.*,
        orders.status in ('to_dispatch', 'dispatched', 'not_reached') as is_waiting,
        if(visits.next_on >= orders.opened_on, visits.next_step, null) as next_step,
        if(visits.next_on >= orders.opened_on, visits.owner, null) as next_owner,
        if(visits.next_on >= orders.opened_on, visits.next_due_on, null) as next_due_on,
        visits.last_visit_on,
        visits.cause_confirmed,
        visits.firm_estimate,
        visits.visitor_view
    from run.work_orders as orders
    left join features.last_visits as visits using (enterprise_id)
),

levels as (
    select
        max(level_used) filter (where level_asked = 'local') as local_level,
        bool_or(is_fallback) filter (where level_asked = 'local') as is_fallback
    from features.levels_in_use
),

scores as (
    select *
    from marts.enterprise_risk
    where horizon_months = 12
)

select
    as_of.as_of_date,
    orders.order_id,
    orders.enterprise_id,
    orders.sources,
    orders.status,
    orders.is_open,
    orders.priority,
    orders.department,
    orders.assignee,
    orders.issued_on,
    orders.opened_on,
    orders.due_on,
    orders.opened_on >= date_trunc('week', as_of.as_of_date) as is_new,
    orders.is_waiting
    or (
        orders.status in ('visited', 'diagnosed', 'tracking', 'intends_to_move')
        and coalesce(orders.next_due_on <= as_of.as_of_date + 6, false)
    ) as awaits_visit,
    if(orders.is_waiting, orders.due_on, coalesce(orders.next_due_on, orders.due_on)) as acts_by,
    orders.is_open and acts_by < as_of.as_of_date as is_overdue,
    orders.last_visit_on,
    orders.cause_confirmed,
    orders.firm_estimate,
    orders.visitor_view,
    orders.next_step,
    orders.next_owner,
    orders.next_due_on,
    candidates.list_ranks,
    candidates.restored_change,
    enterprises.* exclude (enterprise_id),
    data_until.data_until,
    data_until.has_new_receipts,
    data_until.has_refunds,
    windows.window_start,
    windows.window_end,
    windows.is_covered,
    windows.reason as not_covered_reason,
    levels.local_level as level,
    levels.is_fallback,
    local.natural_current as local_natural_current,
    local.natural_prior as local_natural_prior,
    local.natural_change as local_natural_change,
    local.natural_yoy as local_natural_yoy,
    local.refund_current as local_refund_current,
    local.refund_prior as local_refund_prior,
    local.restored_current as local_restored_current,
    local.restored_prior as local_restored_prior,
    local.restored_change as local_restored_change,
    local.restored_yoy as local_restored_yoy,
    district.natural_current as district_natural_current,
    district.natural_prior as district_natural_prior,
    forecasts.forecast as forecast_local_restored,
    decline.grade as decline_grade,
    decline.expected_loss as expected_loss_12m,
    decline.reasons as decline_reasons,
    decline.basis as decline_basis,
    decline.verify as decline_verify,
    relocation.grade as relocation_grade,
    relocation.reasons as relocation_reasons,
    hidden.grade as hidden_outflow_grade
from followed as orders
cross join run.as_of
left join features.enterprises as enterprises using (enterprise_id)
left join marts.order_candidates as candidates using (enterprise_id)
left join features.windows as windows
    on windows.window_name = 'ytd'
cross join features.data_until as data_until
cross join levels
left join features.ledger_changes as local
    on
        orders.enterprise_id = local.enterprise_id
        and levels.local_level = local.level
left join features.ledger_changes as district
    on
        orders.enterprise_id = district.enterprise_id
        and district.level = 'district'
left join marts.forecasts as forecasts
    on
        orders.enterprise_id = forecasts.enterprise_id
        and levels.local_level = forecasts.level
        and forecasts.caliber = 'restored'
left join scores as decline
    on
        orders.enterprise_id = decline.enterprise_id
        and decline.target = 'decline'
left join scores as relocation
    on
        orders.enterprise_id = relocation.enterprise_id
        and relocation.target = 'relocation'
left join scores as hidden
    on
        orders.enterprise_id = hidden.enterprise_id
        and hidden.target = 'hidden_outflow'
order by orders.priority, orders.order_id
