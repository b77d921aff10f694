-- One row per list that is frozen (定榜): the published week that its places come from.
-- key: list_name
-- materialized: table
--
-- The places are those that people have received: of the newest week published in the seven days that end with
-- frozen_on; where there is none, as in a workspace that starts later, of the first week published after it. Until one
-- is published, the list is computed, over the months that were closed on frozen_on.
-- column frozen_on [date]: the day from which the places of the list never change
-- column frozen_week [date]: as-of date of the published week that the places come from; null = this one
-- column frozen_from [date]: first month of the frozen window
-- column frozen_to [date]: last month of the frozen window; null = to be found from last_frozen
-- column last_frozen [month]: last month that was over and delivered on frozen_on, or over, if none had been delivered
-- column frozen_fingerprint [text]: definition under which the list was frozen
with

published as (
    select
        as_of_date as published_on,
        list_name
    from events.drop_lists
    union
    select
        as_of_date as published_on,
        list_name
    from events.list_weeks
    where is_covered
),

sources as (
    select
        lists.list_name,
        lists.frozen_on,
        coalesce(
            max(published.published_on) filter (where published.published_on <= lists.frozen_on),
            min(published.published_on)
        ) as frozen_week
    from run.drop_lists as lists
    cross join run.as_of
    left join published
        on
            lists.list_name = published.list_name
            and as_of.as_of_date > published.published_on
            and lists.frozen_on - 7 < published.published_on
    where lists.frozen_on <= as_of.as_of_date
    group by lists.list_name, lists.frozen_on
),

bounds as (
    select
        sources.list_name,
        (
            date_trunc('month', sources.frozen_on + 1)
            - to_months(date_diff('month', closed.last_over, date_trunc('month', as_of.as_of_date + 1)))
        )::date as last_over
    from sources
    cross join run.as_of
    cross join features.closed_months as closed
),

over as (
    select
        bounds.list_name,
        coalesce(max(covered.month), bounds.last_over) as last_frozen
    from bounds
    left join features.covered_months as covered
        on bounds.last_over >= covered.month
    group by bounds.list_name, bounds.last_over
)

select
    sources.list_name,
    sources.frozen_on,
    sources.frozen_week,
    weeks.window_start as frozen_from,
    weeks.window_end as frozen_to,
    over.last_frozen,
    weeks.fingerprint as frozen_fingerprint
from sources
left join over using (list_name)
left join events.list_weeks as weeks
    on sources.list_name = weeks.list_name and sources.frozen_week = weeks.as_of_date
