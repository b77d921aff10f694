-- One row per as-of date, origin, horizon and enterprise of a cohort that another one has followed at its site.
-- key: as_of_date, origin_date, horizon_months, enterprise_id
-- materialized: table
--
-- The enterprise ends the label window with a month without revenue; another one of the same site has its first
-- receipts from one month before the origin's last closed month until one month after the window. What it pays is not
-- lost to the park, and how much of it is the old firm's cannot be told: the outcome is unknown.
-- At a site of more than ten paying enterprises (an incubator, a mall) a newcomer follows nobody in particular:
-- 2026-11, a judgement.
with

newcomers as (
    select
        sites.as_of_date,
        sites.site,
        sites.enterprise_id,
        first_months.first_month
    from features.sites as sites
    inner join features.first_months as first_months
        on sites.as_of_date = first_months.as_of_date and sites.enterprise_id = first_months.enterprise_id
),

starts as (
    select distinct
        as_of_date,
        label_from
    from labels.windows
),

paying as (
    select
        starts.as_of_date,
        starts.label_from,
        sites.site,
        count(*) as enterprises
    from starts
    inner join features.risk_revenue as revenue
        on
            starts.as_of_date = revenue.as_of_date
            and starts.label_from - interval 1 month = revenue.month
            and revenue.restored > 0
    inner join features.sites as sites
        on revenue.as_of_date = sites.as_of_date and revenue.enterprise_id = sites.enterprise_id
    group by starts.as_of_date, starts.label_from, sites.site
)

select distinct
    windows.as_of_date,
    windows.origin_date,
    windows.horizon_months,
    windows.enterprise_id
from labels.windows as windows
inner join features.sites as sites
    on windows.as_of_date = sites.as_of_date and windows.enterprise_id = sites.enterprise_id
inner join newcomers
    on
        sites.as_of_date = newcomers.as_of_date
        and sites.site = newcomers.site
        and sites.enterprise_id <> newcomers.enterprise_id
        and newcomers.first_month between windows.label_from - interval 2 month and windows.label_to + interval 1 month
left join paying
    on
        windows.as_of_date = paying.as_of_date
        and windows.label_from = paying.label_from
        and sites.site = paying.site
where windows.is_matured and not windows.paid_at_last and coalesce(paying.enterprises, 0) <= 10
