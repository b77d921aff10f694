-- One row per as-of date, drop list and rank: the list's line with the inquiry into it and what that has found.
-- key: as_of_date, list_name, rank
-- materialized: table
--
-- Cause, the firm's estimate and the visitor's view are those told in the year of the list's window: what a visit said
-- of another year says nothing of this one. An inquiry is done when causes were named since the window began. An order
-- that was settled in an earlier week is not among the week's orders: it is shown with the state it was published in
-- last. forecast_system is the system's full year of the list's level in the restored caliber, as the firm's own is.
-- column order_id [id]: this week's order of the firm, or the newest settled one
-- column assignee [text]: who visits
-- column inquiry_status [text]: state of that order
-- column cause_confirmed [text]: causes that a visit has named in the window's year
-- column cause_known_on [date]: day on which the office knew them
-- column forecast_system [currency]: the system's forecast of the full year; null where there is none
-- column forecast_firm [currency]: the firm's own full-year estimate
-- column judgement [text]: the visitor's view of the year: above, level, below
-- column last_visit_on [date]: newest visit or call that met somebody
-- column is_inquired [flag]: whether a visit has named causes since the window began
select
    lists.*,
    orders.order_id,
    orders.assignee,
    orders.inquiry_status,
    if(found.cause_on >= date_trunc('year', lists.window_start), found.cause_confirmed, null) as cause_confirmed,
    if(found.cause_on >= date_trunc('year', lists.window_start), found.cause_known_on, null) as cause_known_on,
    forecasts.forecast as forecast_system,
    if(found.estimate_on >= date_trunc('year', lists.window_start), found.firm_estimate, null) as forecast_firm,
    if(found.view_on >= date_trunc('year', lists.window_start), found.visitor_view, null) as judgement,
    found.last_visit_on,
    coalesce(found.cause_on >= lists.window_start, false) as is_inquired
from marts.drop_lists as lists
left join features.newest_inquiries as orders using (enterprise_id)
left join features.last_visits as found using (enterprise_id)
left join marts.forecasts as forecasts
    on
        lists.enterprise_id = forecasts.enterprise_id
        and lists.level = forecasts.level
        and forecasts.caliber = 'restored'
order by lists.list_name, lists.rank
