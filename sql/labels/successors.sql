-- One row per origin, horizon and enterprise of a cohort that another one has followed at its site.
-- key: origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- The enterprise ends the label window with a month without revenue; another one of the same site has its first
-- receipts from one month before the origin's last closed month until one month after the window. What it pays is not
-- lost to the park, and how much of it is the old firm's cannot be told: the outcome is unknown.
-- At a site of more than ten paying enterprises (an incubator, a mall) a newcomer follows nobody in particular:
-- 2026-11, a judgement.
--
-- column of_window [flag]: it is so of the whole window, which has matured
-- column of_lesson [flag]: it is so of the part that a model may learn from (labels.windows)
with

newcomers as (
    select
        sites.site,
        sites.enterprise_id,
        first_months.first_month
    from features.sites as sites
    inner join features.first_months as first_months using (enterprise_id)
),

starts as (
    select distinct label_from
    from labels.windows
),

paying as (
    select
        starts.label_from,
        sites.site,
        count(*) as enterprises
    from starts
    inner join features.risk_revenue as revenue
        on
            starts.label_from - interval 1 month = revenue.month
            and revenue.restored > 0
    inner join features.sites as sites using (enterprise_id)
    group by starts.label_from, sites.site
)

select
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id,
    bool_or(
        windows.is_matured
        and not windows.paid_at_last
        and newcomers.first_month <= windows.label_to + interval 1 month
    ) as of_window,
    coalesce(
        bool_or(not windows.paid_at_lesson and newcomers.first_month <= windows.lesson_to + interval 1 month), false
    ) as of_lesson
from labels.windows as windows
inner join features.sites as sites using (enterprise_id)
inner join newcomers
    on
        sites.site = newcomers.site
        and sites.enterprise_id <> newcomers.enterprise_id
        and newcomers.first_month between windows.label_from - interval 2 month and windows.label_to + interval 1 month
left join paying
    on
        windows.label_from = paying.label_from
        and sites.site = paying.site
where coalesce(paying.enterprises, 0) <= 10
group by windows.origin_date, windows.horizon_months, windows.enterprise_id
having of_window or of_lesson
