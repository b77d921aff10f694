-- One row per as-of date, firm list and rank: every member, with its revenue in all calibers, growth included.
-- key: as_of_date, list_name, rank
-- materialized: table
--
-- Lists of firms that others have drawn up (导入名单, the leaders' list) and of the largest payers; not of drops. A member
-- that neither the register nor the receipts know stays on the list, without figures (is_known). Figures are null where
-- the window is not covered, and 0 for a known firm that paid nothing in it. The inquiry is read as in
-- marts.drop_list_inquiries. entered and previous_rank are null where the list has no published week
-- before, or one of another definition.
-- column shared_rank [rank]: the rank that people read; the same for equal firms where the list says so
-- column population_used [text]: whom the list is about, as in its definition, or what stands in for it
-- column is_known [flag]: whether the register, the receipts or the outbound list name the firm
-- column listed_on [date]: first day on the list of others; null where it does not say
-- column entered [flag]: whether the week published before had the firm not on this list
-- column weeks_on [number]: weeks in a row on this list, this one included
-- column previous_rank [rank]: rank in the week published before
-- column rank_change [number]: places gained since then; negative = lost
-- column share_of_list [ratio]: part of the whole list's current revenue, by its caliber; null if that is not positive
-- column is_frozen [flag]: whether the places are fixed (定榜)
-- column frozen_current [currency]: revenue of the window when the list was frozen, in the list's level and caliber
-- column frozen_prior [currency]: the same of the year before
-- column frozen_change [currency]: the change when the list was frozen
-- column not_covered_reason [text]: why the window gives no figures; null where it does
-- column version [text]: what the definition calls itself
-- column fingerprint [text]: changes with everything that decides who is on the list
-- column order_id [id]: this week's order of the firm, or the newest settled one
-- column assignee [text]: who visits
-- column inquiry_status [text]: state of that order
-- column cause_confirmed [text]: causes that a visit has named in the window's year
-- column forecast_system [currency]: the system's forecast of the full year, list's level, restored; null = none
-- column forecast_firm [currency]: the firm's own full-year estimate
-- column judgement [text]: the visitor's view of the year: above, level, below
-- column last_visit_on [date]: newest visit or call that met somebody
-- column is_inquired [flag]: whether a visit has named causes since the window began
select
    as_of.as_of_date,
    lists.list_name,
    places.rank,
    places.shared_rank,
    figures.enterprise_id,
    enterprises.source_id,
    enterprises.name,
    enterprises.industry,
    enterprises.zone,
    enterprises.moved_on,
    figures.is_known,
    figures.listed_on,
    lists.title,
    lists.population_used,
    lists.level,
    lists.level_asked,
    lists.is_fallback,
    lists.caliber,
    lists.window_start,
    lists.window_end,
    lists.reason as not_covered_reason,
    lists.version,
    lists.fingerprint,
    figures.current,
    figures.prior,
    figures.change,
    figures.yoy,
    if(weeks.is_comparable, streaks.previous_rank is null, null) as entered,
    1 + coalesce(streaks.weeks_before, 0) as weeks_on,
    streaks.previous_rank,
    streaks.previous_rank - places.shared_rank as rank_change,
    figures.natural_current,
    figures.natural_prior,
    figures.natural_change,
    figures.natural_yoy,
    figures.restored_current,
    figures.restored_prior,
    figures.restored_change,
    figures.restored_yoy,
    figures.adjusted_current,
    figures.adjusted_prior,
    figures.adjusted_change,
    figures.adjusted_yoy,
    if(
        sum(figures.current) over (partition by lists.list_name) > 0,
        (figures.current / sum(figures.current) over (partition by lists.list_name))::double,
        null
    ) as share_of_list,
    lists.is_frozen,
    lists.frozen_on,
    lists.frozen_week,
    places.frozen_current,
    places.frozen_prior,
    places.frozen_change,
    orders.order_id,
    orders.assignee,
    orders.inquiry_status,
    if(found.cause_on >= date_trunc('year', lists.window_start), found.cause_confirmed, null) as cause_confirmed,
    forecasts.forecast as forecast_system,
    if(found.estimate_on >= date_trunc('year', lists.window_start), found.firm_estimate, null) as forecast_firm,
    if(found.view_on >= date_trunc('year', lists.window_start), found.visitor_view, null) as judgement,
    found.last_visit_on,
    coalesce(found.cause_on >= lists.window_start, false) as is_inquired
from features.list_windows as lists
cross join run.as_of
inner join features.list_places as places using (list_name)
inner join features.list_figures as figures using (list_name, enterprise_id)
inner join features.enterprises as enterprises using (enterprise_id)
left join features.list_weeks as weeks
    on lists.list_name = weeks.list_name and weeks.weeks_ago = 1
left join features.list_streaks as streaks using (list_name, enterprise_id)
left join features.newest_inquiries as orders using (enterprise_id)
left join features.last_visits as found using (enterprise_id)
left join marts.forecasts as forecasts
    on
        places.enterprise_id = forecasts.enterprise_id
        and lists.level = forecasts.level
        and forecasts.caliber = 'restored'
where lists.kind = 'firms'
order by lists.list_name, places.rank
