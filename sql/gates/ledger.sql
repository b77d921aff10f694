-- One row per rule on the ledger: what counts equals what was loaded minus what was superseded, and no month is owed.
-- key: rule
-- materialized: table
select
    'ledger' as subject,
    'rows_conserved' as rule,
    coalesce(sum(abs(loaded_rows - superseded_rows - current_rows)), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'rows loaded - superseded - current, over all contracts' as detail
from ledger.conservation_as_known
union all
select
    'ledger' as subject,
    'money_conserved' as rule,
    coalesce(sum(abs(loaded_money - superseded_money - current_money)), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'money loaded - superseded - current, over all contracts' as detail
from ledger.conservation_as_known
union all
select
    'ledger' as subject,
    'periods_owed' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    coalesce(string_agg(contract || ' ' || strftime(period, '%Y-%m'), ', ' order by contract, period), '')
        as detail
from features.periods_owed
