-- One row per list and earlier week in which the list was published, the newest first.
-- key: list_name, weeks_ago
-- materialized: table
--
-- A week counts with the last list that it published. is_comparable: from that week to this one the list was computed
-- by one definition, on one level, of one population and over one window, which grows but begins in the same month
-- (last_quarter and last_12_months move along by their nature); places of other weeks say nothing of this one's. A week
-- published by a version that did not keep the definition passes for comparable; so does every week of a frozen list.
-- column weeks_ago [number]: 1 = the newest week with that list before this one
-- column published_on [date]: the week's last as-of date
-- column is_comparable [flag]: whether movement since then is movement of firms, not of the list's definition
with

every_week as (
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

published as (
    select
        every_week.list_name,
        max(every_week.published_on) as published_on
    from every_week
    cross join run.as_of
    where date_trunc('week', every_week.published_on) < date_trunc('week', as_of.as_of_date)
    group by every_week.list_name, date_trunc('week', every_week.published_on)
),

compared as (
    select
        published.list_name,
        published.published_on,
        weeks.fingerprint,
        lists.frozen_week is null
        and coalesce(
            weeks.fingerprint <> lists.fingerprint
            or weeks.level <> lists.level
            or weeks.population_used <> lists.population_used
            or (
                stated.window_name not in ('last_quarter', 'last_12_months')
                and weeks.window_start <> lists.window_start
            ),
            false
        ) as is_other
    from published
    inner join features.list_windows as lists using (list_name)
    inner join run.drop_lists as stated using (list_name)
    left join events.list_weeks as weeks
        on published.list_name = weeks.list_name and published.published_on = weeks.as_of_date
)

select
    list_name,
    published_on,
    fingerprint,
    row_number() over (partition by list_name order by published_on desc) as weeks_ago,
    not bool_or(is_other) over (
        partition by list_name order by published_on desc rows unbounded preceding
    ) as is_comparable
from compared
