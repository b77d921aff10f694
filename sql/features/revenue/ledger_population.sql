-- One row per enterprise of the ledger: in the register, or paying in the last 24 months.
-- key: enterprise_id
-- materialized: table
--
-- The 24 months up to the last closed one hold the year to date and its base, so that the ledger's columns add up to
-- the park's figures; months after it count as well. Natural persons, who are summed up as one, are kept as such.
with

paying as (
    select distinct revenue.enterprise_id
    from features.revenue_monthly as revenue
    cross join features.closed_months as closed
    where revenue.month >= closed.last_closed - interval 23 month
)

select
    enterprises.enterprise_id,
    enterprises.enterprise_id = parameters.pseudo_taxpayer as is_pseudo_taxpayer
from features.enterprises as enterprises
cross join run.parameters as parameters
left join paying using (enterprise_id)
where enterprises.is_registered or paying.enterprise_id is not null
