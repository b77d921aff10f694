-- One row per levy item that neither the seeds nor the workspace know: what it would be worth, held out of all figures.
-- key: levy_item
-- materialized: table
--
-- column levy_item [text]: levy item (征收项目) as delivered
-- column rows_held_out [count]: ledger rows of that item
-- column total [currency]: net receipts of the total level that are held out, natural caliber, all months
-- column local [currency]: the same at the local level, natural caliber: 0, as only known items belong to local revenue
select
    levy_item,
    count(*) as rows_held_out,
    sum(total) as total,
    sum(local) as local
from staging.revenue_lines
where
    not is_in_scope
    and levy_item not in (select levy_item from run.levy_items)
group by levy_item
order by levy_item
