-- One row per as-of date and enterprise of the ledger: in the register, or paying in the last 24 months.
-- key: as_of_date, enterprise_id
-- materialized: table
--
-- The 24 months up to the last closed one hold the year to date and its base, so that the ledger's columns add up to
-- the park's figures; months after it count as well. Natural persons, who are summed up as one, are kept as such.
with

paying as (
    select distinct
        revenue.as_of_date,
        revenue.enterprise_id
    from features.revenue_monthly as revenue
    inner join features.closed_months as closed on revenue.as_of_date = closed.as_of_date
    where revenue.month >= closed.last_closed - interval 23 month
)

select
    enterprises.as_of_date,
    enterprises.enterprise_id,
    enterprises.enterprise_id = parameters.pseudo_taxpayer as is_pseudo_taxpayer
from features.enterprises as enterprises
cross join run.parameters as parameters
left join paying
    on enterprises.as_of_date = paying.as_of_date and enterprises.enterprise_id = paying.enterprise_id
where enterprises.is_registered or paying.enterprise_id is not null
