-- One row per as-of date and landed file that counts then: its contract, its rows, and whether it is new.
-- key: as_of_date, file
-- materialized: table
--
-- A file is new until an earlier week has counted it, however late it landed; a second run of a week takes nothing
-- away.
--
-- column rows_loaded [count]: rows that went into the ledger
-- column rows_rejected [count]: rows refused
-- column is_new [flag]: whether no earlier week has counted the file
with

counted as (
    select distinct events.sha256
    from events.deliveries as events
    cross join run.as_of
    where date_trunc('week', events.as_of_date) < date_trunc('week', as_of.as_of_date)
)

select
    as_of.as_of_date,
    files.file,
    any_value(files.contract) as contract,
    any_value(files.target) as target,
    sum(files.rows_loaded)::bigint as rows_loaded,
    sum(files.rows_rejected)::bigint as rows_rejected,
    bool_or(counted.sha256 is null) as is_new
from ledger.deliveries_as_known as files
cross join run.as_of
left join counted using (sha256)
group by as_of.as_of_date, files.file
order by files.file
