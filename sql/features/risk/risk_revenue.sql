-- One row per enterprise and month with receipts, refunds or deferrals: restored revenue, level in use.
-- key: enterprise_id, month
-- materialized: table
--
-- Level: local, or its fallback (features.levels_in_use). What risk features and labels are made of. It picks the level
-- from the wide table, at a fifth of the time that features.revenue_by_level takes with a hundred thousand firms.
--
-- column restored [currency]: revenue with VAT credit refunds restored; null = unknown
-- column refund [currency]: the VAT credit refunds of the month; positive
-- column deferred [currency]: put off less what came in because it had been; null without deferral extracts
-- column total [currency]: restored revenue of all levels; null where the level in use is that one anyway
select
    monthly.enterprise_id,
    monthly.month,
    case levels.level_used
        when 'total' then monthly.total_restored
        when 'central' then monthly.central_restored
        when 'local' then monthly.local_restored
        when 'city' then monthly.city_restored
        when 'district' then monthly.district_restored
    end as restored,
    case levels.level_used
        when 'total' then monthly.vat_credit_refund_total
        when 'central' then monthly.vat_credit_refund_central
        when 'local' then monthly.vat_credit_refund_local
        when 'city' then monthly.vat_credit_refund_city
        when 'district' then monthly.vat_credit_refund_district
    end as refund,
    (case levels.level_used
        when 'total' then monthly.deferred_out_total - monthly.deferred_in_total
        when 'central' then monthly.deferred_out_central - monthly.deferred_in_central
        when 'local' then monthly.deferred_out_local - monthly.deferred_in_local
        when 'city' then monthly.deferred_out_city - monthly.deferred_in_city
        when 'district' then monthly.deferred_out_district - monthly.deferred_in_district
    end)::decimal(18, 2) as deferred,
    if(levels.level_used = 'total', null, monthly.total_restored) as total
from features.revenue_monthly as monthly
inner join features.levels_in_use as levels
    on levels.level_asked = 'local'
