-- One row per rule on the ledger: what counts equals what was loaded minus what was superseded, and no month is owed.
-- key: rule
-- materialized: table
select
    'ledger' as subject,
    'rows_conserved' as rule,
    coalesce(sum(abs(loaded_rows - replaced_rows - superseded_rows - current_rows)), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'rows loaded - replaced - superseded - current, over all contracts' as detail
from ledger.conservation_as_known
union all
select
    'ledger' as subject,
    'money_conserved' as rule,
    coalesce(sum(abs(loaded_money - replaced_money - superseded_money - current_money)), 0)::double as measured,
    0::double as low,
    0::double as high,
    'error' as severity,
    'money loaded - replaced - superseded - current, over all contracts' as detail
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
union all
select
    'ledger' as subject,
    'receipts_there' as rule,
    min(receipts_extracts)::double as measured,
    1::double as low,
    null::double as high,
    'error' as severity,
    'receipts extracts that were accepted and known by then' as detail
from features.data_until
union all
select
    'ledger' as subject,
    'levels_given' as rule,
    coalesce(sum(missing), 0)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(level || ': ' || missing || ' of ' || lines || ' lines', ', ' order by level), '')
    || ' do not give the level; those months are unknown for their enterprises' as detail
from features.level_lines
where missing between 1 and lines - 1
union all
select
    'ledger' as subject,
    'refund_months_delivered' as rule,
    count(*)::double as measured,
    0::double as low,
    0::double as high,
    'warn' as severity,
    coalesce(string_agg(strftime(month, '%Y-%m'), ', ' order by month), '') || ' have receipts but no refund extract'
        as detail
from features.refund_months_missing
where window_name = 'ytd'
