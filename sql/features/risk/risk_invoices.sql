-- One row per enterprise and month of which the invoiced value or the insured headcount is known.
-- key: enterprise_id, month
-- materialized: table
--
-- column invoiced [currency]: value of the invoices issued
-- column headcount [persons]: employees insured here
select
    enterprise_id,
    month,
    sum("value") filter (where measure = 'invoiced_value')::decimal(18, 2) as invoiced,
    sum("value") filter (where measure = 'insured_headcount')::decimal(18, 2) as headcount
from ledger.monthly_values_as_known
where measure in ('invoiced_value', 'insured_headcount')
group by enterprise_id, month
